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
{% macro _add_derived_levels(ctes, levels, types, inputs) %}
{% for features in levels %}
{% set input = inputs if loop.first else 'derived_' ~ (loop.index - 1) %}
{% set comment = 'The derived features over ' ~ ('those of views and the request' if loop.first else 'these too') ~ '.' %}
{% call truepoint._add_cte(ctes, 'derived_' ~ loop.index, comment) %}
select
    *
    {%- for feature in features %},
    {{ truepoint._derived_value(feature, types) }} as {{ feature.name }}
    {%- endfor %}
from {{ input }}
{% endcall %}
{% endfor %}
{% endmacro %}
