{#
    Derived features in levels: those of a level need only names in `given` and in earlier levels. A list of lists; the ones that are left
    over stand in a circle, and make up no level.
#}
{% macro _get_derived_levels(features, given) %}
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
