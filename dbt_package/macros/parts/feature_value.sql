{# A feature's SQL over its parts, with its default. Whole numbers, summed as wider ones, are brought to their type. `partial` maps the aggregate's partial names to SQL. #}
{% macro _feature_value(feature, partial) %}
    {% do partial.update(feature.options) %}
    {% set value = truepoint._get_aggregate(feature.aggregate, none, partial).value %}
    {% if feature.default is not none and feature.default is defined %}
        {% set value = 'coalesce(' ~ value ~ ', ' ~ truepoint._render_literal(feature.default) ~ ')' %}
    {% endif %}
    {{ return(truepoint._checked_cast(value, feature.type) if feature.type in ['bigint', 'numeric'] else truepoint._as_array(value, feature.type)) }}
{% endmacro %}
