{# What has arrived, however long ago: column -> a part of that contribution and offset. #}
{% macro _get_arrived(parts) %}
    {% set arrived = {} %}
    {% for part in parts.sums.values() %}
        {% do arrived.setdefault(truepoint._get_arrived_name(part), part) %}
    {% endfor %}
    {{ return(arrived) }}
{% endmacro %}

{% macro _get_arrived_name(part) %}
    {{ return(part.contribution ~ ('_delayed_' ~ part.feature.offset if part.feature.offset_seconds else '') ~ '_arrived') }}
{% endmacro %}
