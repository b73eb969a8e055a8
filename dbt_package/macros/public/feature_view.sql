{#
    Body of a feature view's model: its features as of every row of the spine. Which features, its YAML says.

    events   name of the event relation's model
    spine    name of the spine's model: spine_id, event_id, as_of and the entity's columns
#}
{% macro feature_view(events, spine) %}
    {% set events_relation = ref(events) %}
    {% set spine_relation = ref(spine) %}
    {% do config(**truepoint._get_table_config()) %}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set build = truepoint._get_build() %}
        {{ return(truepoint._first_line('feature view ' ~ model.name, build.version) ~ truepoint._tidy_statement(truepoint._training_features(truepoint._get_feature_view(truepoint._get_own_node()), spine_relation, events_relation, build))) }}
    {% endif %}
{% endmacro %}
