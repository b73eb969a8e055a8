{#
    Body of a feature view's model: its features as of every row of the spine. Which features, its YAML says.

    events   name of the event relation's model
    spine    name of the spine's model: spine_id, event_id, as_of and the entity's columns
#}
{% macro feature_view(events, spine) %}
    {% set events_relation = ref(events) %}
    {% set spine_relation = ref(spine) %}
    {% if execute %}
        {% do check_definitions() %}
        {{ return(tidy_statement(training_features(get_feature_view(graph.nodes[model.unique_id]), spine_relation, events_relation, get_build()))) }}
    {% endif %}
{% endmacro %}
