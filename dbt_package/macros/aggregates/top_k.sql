{# The `k` most frequent values of `of`, the most frequent first; of equally frequent ones the lesser first. #}
{% macro aggregate_top_k(of, partial) %}
    {{ return({
        'accepts': {'any': 'array'},
        'options': ['k'],
        'plan': 'ordered',
        'order_by': 'frequency',
        'take': {'from': 'first', 'k': partial.k},
        'value': partial['items'],
    }) }}
{% endmacro %}
