{#
    Before a run: lets dbt read, once and in one thread, what relations the schemas of the run hold. The project does not have dbt do so by itself
    (`populate_cache: false`), since `dbt compile` would then need a database. Left to the models, the first ones would read at the same time, each
    while the other already changes relations; and dbt would stop, or take a table for missing.
#}
{% macro _read_relations() %}
    {% if truepoint._may_ask_database() %}
        {% set schemas = [] %}
        {% for id in selected_resources if id in graph.nodes and graph.nodes[id].resource_type == 'model' %}
            {% set schema = [graph.nodes[id].database, graph.nodes[id].schema] %}
            {% if schema not in schemas %}
                {% do schemas.append(schema) %}
                {% do adapter.get_relation(database=schema[0], schema=schema[1], identifier=graph.nodes[id].alias) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}
