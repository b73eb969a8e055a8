{# `of` of the `k` earliest events, null or not, the earliest first. #}
{% macro aggregate_first_k(of, partial) %}
    {{ return({
        'accepts': {'any': 'array'},
        'options': ['k'],
        'plan': 'ordered',
        'order_by': 'event',
        'take': {'from': 'first', 'k': partial.k},
        'value': partial['items'],
    }) }}
{% endmacro %}
