{#
    The value below which a `fraction` of the values lies, exactly. By method `discrete`, the default, it is one of the values: the first, in their
    order, with at least that fraction of them up to and with it. By `continuous` it lies between two values, in proportion.
#}
{% macro aggregate_percentile(of, partial) %}
    {% set fraction = partial.fraction | default('0') | string %}
    {% if partial.method == 'continuous' %}
        {{ return(truepoint._continuous_percentile(fraction, partial, ['fraction', 'method'])) }}
    {% endif %}
    {{ return({
        'accepts': truepoint.get_orderable_types(),
        'options': ['fraction', 'method'],
        'plan': 'ordered',
        'order_by': 'value',
        'positions': {'value': 'greatest(cast(ceil(' ~ fraction ~ ' * ' ~ partial.n ~ ') as bigint), 1)'},
        'value': partial.value,
    }) }}
{% endmacro %}
