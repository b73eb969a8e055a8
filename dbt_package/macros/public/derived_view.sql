{#
    Body of a derived view's model: scalar expressions over features of other views and request fields.

    inputs   names of the view models whose features the expressions use
    spine    name of the spine's model, which has the request fields as columns
#}
{% macro derived_view(inputs, spine) %}
    {% set spine_relation = ref(spine) %}
    {% set input_relations = {} %}
    {% for input in inputs %}
        {% do input_relations.update({input: ref(input)}) %}
    {% endfor %}
    {% do config(**truepoint._get_table_config()) %}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set build = truepoint._get_build() %}
        {{ return(truepoint._first_line('derived view ' ~ model.name, build.version) ~ truepoint._tidy_statement(truepoint._derived_features(truepoint._get_derived_view(truepoint._get_own_node()), spine_relation, input_relations, build))) }}
    {% endif %}
{% endmacro %}
