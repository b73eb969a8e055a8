{# What the engine at hand could not compute as the others do. `declared`: the type of `of`, with its digits. #}
{% macro _get_engine_errors(node, column, aggregate, of, declared) %}
    {{ return(adapter.dispatch('_get_engine_errors', 'truepoint')(node, column, aggregate, of, declared)) }}
{% endmacro %}

{% macro postgres___get_engine_errors(node, column, aggregate, of, declared) %}
    {{ return([]) }}
{% endmacro %}

{% macro spark___get_engine_errors(node, column, aggregate, of, declared) %}
    {% set errors = [] %}
    {% set digits = truepoint._get_digits(declared) %}
    {% set default = truepoint._get_meta(column).feature.get('default') %}
    {# One that takes any type, and numeric as any, counts rows and adds no values up. #}
    {% set accepts = truepoint._get_aggregate(aggregate).accepts %}
    {% set added_up = truepoint._get_aggregate(aggregate).plan == 'sums' and ('numeric' in accepts or 'any' not in accepts) %}
    {% if truepoint._get_value_type(declared) != 'numeric' %}
        {{ return(errors) }}
    {% elif added_up and not digits %}
        {% do errors.append(truepoint._definition_error(
            node, column.name,
            given='of is ' ~ of ~ ', of type numeric without digits, which has no bounds in Postgres and 38 digits in Spark',
            allowed='numeric(12, 2), with the digits that the column has; bigint, integer',
            allowed_where='in Spark',
        )) %}
    {% elif digits and (digits.precision > 38 or digits.scale > digits.precision) %}
        {% do errors.append(truepoint._definition_error(
            node, column.name,
            given='of is ' ~ of ~ ', of type ' ~ declared,
            allowed='numeric(p, s) of at most 38 digits, s of them after the point',
            allowed_where='in Spark',
        )) %}
    {% elif added_up and not truepoint._get_aggregate(aggregate).get('takes_digits') %}
        {% do errors.append(truepoint._definition_error(
            node, column.name,
            given='of is ' ~ of ~ ', of type ' ~ declared ~ ', which aggregate ' ~ aggregate ~ ' does not take in Spark',
            allowed='bigint, integer; or an aggregate of truepoint itself',
            allowed_where='in Spark',
        )) %}
    {% elif digits and default is float and ((default | string).split('.')[1] | length > digits.scale or 'e' in default | string) and truepoint._get_aggregate_type(aggregate, 'numeric', truepoint._get_options(aggregate, truepoint._get_meta(column).feature)) == 'numeric' %}
        {% do errors.append(truepoint._definition_error(
            node, column.name,
            given='default is ' ~ default,
            allowed='at most ' ~ digits.scale ~ ' digits after the point, as ' ~ of ~ ' has',
            allowed_where='in Spark',
        )) %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}

{#
    What the engine at hand could not compute as the others do: sums, differences and products of decimals, of which Spark drops digits, or makes null,
    where the result may need more than 38.
#}
{% macro _get_decimal_errors(node, column, expression, types) %}
    {{ return(adapter.dispatch('_get_decimal_errors', 'truepoint')(node, column, expression, types)) }}
{% endmacro %}

{% macro postgres___get_decimal_errors(node, column, expression, types) %}
    {{ return([]) }}
{% endmacro %}

{% macro spark___get_decimal_errors(node, column, expression, types) %}
    {% set decimals = [] %}
    {% for name in truepoint._get_names(expression) if types.get(name) == 'numeric' %}
        {% do decimals.append(name) %}
    {% endfor %}
    {% if decimals and truepoint._get_value_type(column.data_type) != 'double precision' and truepoint._get_tree(expression).uses | select('in', ['+', '-', '*']) | list %}
        {{ return([truepoint._definition_error(
            node, column.name,
            given='expression: ' ~ expression ~ ': computes with the numeric ' ~ (decimals | join(', ')) ~ ', and data_type is ' ~ column.data_type,
            allowed='double precision, since decimals have 38 digits there; another feature may then compare or round it',
            allowed_where='in Spark',
        )]) }}
    {% endif %}
    {{ return([]) }}
{% endmacro %}
