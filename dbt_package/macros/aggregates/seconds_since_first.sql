{# Seconds from the earliest event's event time to the as-of time, to the microsecond. #}
{% macro aggregate_seconds_since_first(of, partial) %}
    {{ return({
        'accepts': {'none': 'double precision'},
        'plan': 'ordered',
        'order_by': 'event',
        'take': {'from': 'first', 'k': 1},
        'value': truepoint.seconds_between(partial.item_time, partial.as_of),
    }) }}
{% endmacro %}
