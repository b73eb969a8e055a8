{#
    Body of the analysis that `truepoint lake export` reads. Its statement gives the time up to which the event tables are settled; the first
    line tells Python which tables a lake holds.
#}
{% macro lake_export() %}
    {% if execute %}
        {{ return(
            '-- truepoint-lake-signature: ' ~ tojson({'settled': truepoint.settled_time(), 'tables': truepoint._get_lake_tables()}) ~ '\n'
            ~ 'select ' ~ truepoint.settled_time() ~ ' as settled_at\n'
        ) }}
    {% endif %}
{% endmacro %}
