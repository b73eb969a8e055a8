{# `of` of the earliest event, null or not. #}
{% macro aggregate_first(of, partial) %}
    {{ return({
        'accepts': {'any': 'same'},
        'plan': 'ordered',
        'order_by': 'event',
        'take': {'from': 'first', 'k': 1},
        'value': partial.item,
    }) }}
{% endmacro %}
