{# Seconds from the latest event's event time to the as-of time, to the microsecond. #}
{% macro aggregate_seconds_since_last(of, partial) %}
    {{ return({
        'accepts': {'none': 'double precision'},
        'plan': 'latest',
        'value': truepoint.seconds_between(partial.event_time, partial.as_of),
    }) }}
{% endmacro %}
