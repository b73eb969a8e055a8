{# The least `of`; text by its bytes. #}
{% macro aggregate_min(of, partial) %}
    {{ return({
        'accepts': truepoint.get_orderable_types(),
        'plan': 'ordered',
        'order_by': 'value',
        'take': {'from': 'first', 'k': 1},
        'value': partial.item,
    }) }}
{% endmacro %}
