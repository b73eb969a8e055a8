{# One derived feature as SQL over the columns of one relation. Numbers are computed as doubles unless the feature is whole. #}
{% macro _derived_value(feature, types) %}
    {% set sql_names = {} %}
    {% for name in feature.names %}
        {% set is_number = types[name] in truepoint._get_exact_types() %}
        {% if is_number %}
            {% set sql = truepoint.to_double(name) if feature.type == 'double precision' else truepoint._whole_operand(name, feature.expression) %}
        {% else %}
            {% set sql = name %}
        {% endif %}
        {% do sql_names.update({name: sql}) %}
    {% endfor %}
    {% set value = truepoint._render_expression(feature.expression, sql_names) %}
    {{ return(truepoint._checked_cast(truepoint.positive_zero(value) if feature.type == 'double precision' else value, feature.type)) }}
{% endmacro %}

{# CTEs derived_1, derived_2, …: each adds the derived features that need only what came before. #}
{% macro _derived_levels(levels, types, inputs) %}
{%- for features in levels -%}
derived_{{ loop.index }} as (
    select
        *
        {%- for feature in features %},
        {{ truepoint._derived_value(feature, types) }} as {{ feature.name }}
        {%- endfor %}
    from {{ inputs if loop.first else 'derived_' ~ (loop.index - 1) }}
),
{% endfor -%}
{%- endmacro %}
