{#
    A derived view: request fields by type, and its features {name, expression, type, names} in the order of the YAML.
#}
{% macro _get_derived_view(node) %}
    {% set features = [] %}
    {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
        {% set expression = truepoint._get_expression(truepoint._get_meta(column).feature) %}
        {% do features.append({
            'name': column.name,
            'expression': expression,
            'names': truepoint._get_names(expression),
            'type': (column.data_type or 'double precision') | lower,
        }) %}
    {% endfor %}
    {{ return({
        'name': node.name,
        'request': truepoint._get_meta(node).derived_view.get('request') or {},
        'inputs': truepoint._get_inputs(node, 'feature_view') + truepoint._get_inputs(node, 'derived_view'),
        'features': features,
    }) }}
{% endmacro %}

{# The expression that a derived feature's meta states; a ratio is a quotient. #}
{% macro _get_expression(feature) %}
    {{ return((feature.ratio.numerator ~ ' / ' ~ feature.ratio.denominator) if feature.ratio is defined else feature.expression | string) }}
{% endmacro %}
