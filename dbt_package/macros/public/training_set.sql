{#
    Body of a service's training table: the spine, the service's features, the labels.

    service   name of the feature service (an exposure)
    spine     name of the spine's model
    views     names of the view models that hold the service's features
    labels    name of a model with spine_id and the label columns; none for a table without labels
#}
{% macro training_set(service, spine, views, labels=none) %}
    {% set spine_relation = ref(spine) %}
    {% set relations = {} %}
    {% for view in views %}
        {% do relations.update({view: ref(view)}) %}
    {% endfor %}
    {% set labels_relation = ref(labels) if labels else none %}
    {% do config(meta={'training_set': {'service': service, 'labels': labels}}, **truepoint._get_training_set_config()) %}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% if not truepoint._is_unit_test() %}
            {% do truepoint._check_columns(truepoint._get_inputs_to_check(truepoint._get_own_node())) %}
        {% endif %}
        {% set definition = truepoint._get_service(service) %}
        {% set build = truepoint._get_build() if truepoint._get_own_node().config.materialized != 'view' else none %}
        {{ return(
            truepoint._first_line('training table of service ' ~ service, build.version if build else truepoint._get_definition_version(definition))
            ~ truepoint._tidy_statement(truepoint._training_table(definition, spine_relation, relations, labels, labels_relation, build))
        ) }}
    {% endif %}
{% endmacro %}
