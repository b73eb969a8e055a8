{#
    Body of the analysis that `truepoint lake export` reads. Its statement gives the time up to which the event tables are settled; the
    signature at its end tells Python which tables a lake holds.
#}
{% macro lake_export() %}
    {% if execute %}
        {% set signature = {'settled': truepoint.settled_time(), 'tables': truepoint._get_lake_tables()} %}
        {{ return(truepoint._signed(
            truepoint._first_line('lake export', local_md5(tojson(signature))) ~ 'select ' ~ signature.settled ~ ' as settled_at',
            'truepoint-lake-signature', signature
        )) }}
    {% endif %}
{% endmacro %}
