{#
    One derived feature as SQL over the columns of one relation. Numbers are computed as doubles unless the feature is whole; then they are exact,
    and the feature is null where the result does not fit it.
#}
{% macro _derived_value(feature, types) %}
    {% set is_double = feature.type == 'double precision' %}
    {% set computes = truepoint._computes(feature.expression) %}
    {% set sql_names = {} %}
    {% for name in feature.names %}
        {% if is_double and types[name] in truepoint._get_exact_types() %}
            {% do sql_names.update({name: truepoint.to_double(name)}) %}
        {% elif computes and types[name] in truepoint._get_whole_types() %}
            {% do sql_names.update({name: truepoint.to_exact(name)}) %}
        {% else %}
            {% do sql_names.update({name: name}) %}
        {% endif %}
    {% endfor %}
    {% set value = truepoint._render_expression(feature.expression, sql_names, types, is_double) %}
    {% set value_type = truepoint._get_node_type(truepoint._get_tree(feature.expression).tree, types, []) %}
    {% set whole_types = truepoint._get_whole_types() %}
    {% set fits = not value_type or not computes and value_type in whole_types[:whole_types.index(feature.type) + 1] if feature.type in whole_types else true %}
    {% if not fits %}
        {{ return(truepoint._fitted(value, feature.type, value_type)) }}
    {% endif %}
    {{ return(truepoint._checked_cast(truepoint.positive_zero(value) if is_double else value, truepoint._get_stored_type(feature.type, feature.digits))) }}
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
