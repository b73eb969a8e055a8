{# `of` of the `k` latest events, null or not, the latest first. #}
{% macro aggregate_last_k(of, partial) %}
    {{ return({
        'accepts': {'any': 'array'},
        'options': ['k'],
        'plan': 'ordered',
        'order_by': 'event',
        'take': {'from': 'last', 'k': partial.k},
        'value': partial['items'],
    }) }}
{% endmacro %}
