{#
    Derived features in levels: those of a level need only names in `given` and in earlier levels. A list of lists; the ones that are left
    over stand in a circle, and make up no level.
#}
{% macro get_derived_levels(features, given) %}
    {% set known = given | list %}
    {% set state = namespace(left=features, levels=[]) %}
    {% for _ in features %}
        {% set ready = [] %}
        {% set waiting = [] %}
        {% for feature in state.left %}
            {% set missing = feature.names | reject('in', known) | list %}
            {% do (waiting if missing else ready).append(feature) %}
        {% endfor %}
        {% if ready %}
            {% do state.levels.append(ready) %}
            {% for feature in ready %}{% do known.append(feature.name) %}{% endfor %}
            {% set state.left = waiting %}
        {% endif %}
    {% endfor %}
    {{ return(state.levels) }}
{% endmacro %}

{# One derived feature as SQL over the columns of one relation. Numbers are computed as doubles unless the feature is whole. #}
{% macro derived_value(feature, types) %}
    {% set sql_names = {} %}
    {% for name in feature.names %}
        {% set is_number = types[name] in ['integer', 'bigint', 'numeric'] %}
        {% if is_number %}
            {% set sql = to_double(name) if feature.type == 'double precision' else whole_operand(name, feature.expression) %}
        {% else %}
            {% set sql = name %}
        {% endif %}
        {% do sql_names.update({name: sql}) %}
    {% endfor %}
    {% set value = render_expression(feature.expression, sql_names) %}
    {{ return(checked_cast(positive_zero(value) if feature.type == 'double precision' else value, feature.type)) }}
{% endmacro %}
