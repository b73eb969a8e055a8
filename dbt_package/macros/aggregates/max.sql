{# The greatest `of`; text by its bytes. #}
{% macro aggregate_max(of, partial) %}
    {{ return({
        'accepts': truepoint.get_orderable_types(),
        'plan': 'ordered',
        'order_by': 'value',
        'take': {'from': 'last', 'k': 1},
        'value': partial.item,
    }) }}
{% endmacro %}
