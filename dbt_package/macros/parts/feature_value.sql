{#
    A feature's SQL over its parts, with its default. A sum, which is of a wider type, is null where it does not fit the feature's. `partial` maps the
    aggregate's partial names to SQL.
#}
{% macro _feature_value(feature, partial) %}
    {% do partial.update({'digits': feature.digits}) %}
    {% do partial.update(feature.options) %}
    {% set aggregate = truepoint._get_aggregate(feature.aggregate, none, partial) %}
    {% set value = aggregate.value %}
    {% if feature.default is not none and feature.default is defined %}
        {% set value = 'coalesce(' ~ value ~ ', ' ~ truepoint._render_literal(feature.default) ~ ')' %}
    {% endif %}
    {% if feature.type == 'bigint' and aggregate.plan == 'sums' and aggregate.partials.values() | reject('equalto', '1') | list %}
        {{ return(truepoint._fitted(value, feature.type)) }}
    {% endif %}
    {% if feature.type == 'numeric' and feature.digits and aggregate.plan == 'sums' %}
        {{ return(value) }}
    {% endif %}
    {% set stored_type = truepoint._get_stored_type(feature.type, feature.digits) %}
    {{ return(truepoint._checked_cast(value, stored_type) if feature.type in ['bigint', 'numeric'] else truepoint._as_array(value, feature.type)) }}
{% endmacro %}
