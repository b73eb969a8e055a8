{#
    A derived view: request fields by type, and its features {name, expression, type, digits, names} in the order of the YAML.
#}
{% macro _get_derived_view(node) %}
    {% set features = [] %}
    {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
        {% set expression = truepoint._get_expression(truepoint._get_meta(column).feature) %}
        {% do features.append({
            'name': column.name,
            'expression': expression,
            'names': truepoint._get_names(expression),
            'type': truepoint._get_value_type(column.data_type or 'double precision'),
            'digits': truepoint._get_engine_digits(column.data_type),
        }) %}
    {% endfor %}
    {{ return({
        'name': node.name,
        'request': truepoint._get_request(truepoint._get_meta(node).derived_view),
        'inputs': truepoint._get_inputs(node, 'feature_view') + truepoint._get_inputs(node, 'derived_view'),
        'features': features,
    }) }}
{% endmacro %}

{# The expression that a derived feature's meta states; a ratio is a quotient. #}
{% macro _get_expression(feature) %}
    {{ return((feature.ratio.numerator ~ ' / ' ~ feature.ratio.denominator) if feature.ratio is defined else feature.expression | string) }}
{% endmacro %}

{# The request fields that a derived view or a service states: name -> type of their values. #}
{% macro _get_request(meta) %}
    {% set request = {} %}
    {% for field, type in (meta.get('request') or {}).items() %}
        {% do request.update({field: truepoint._get_value_type(type)}) %}
    {% endfor %}
    {{ return(request) }}
{% endmacro %}
