{#
    After a run, or data tests: names the tables that were built in another epoch than the present one, as when only some models were run after history
    changed. They hold what was right before.
#}
{% macro _tell_tables_out_of_date() %}
    {% if truepoint._may_ask_database() and flags.WHICH in ['run', 'build', 'test'] %}
        {% set epoch = truepoint._get_epoch() %}
        {% set names = [] %}
        {% for node in graph.nodes.values() if node.resource_type == 'model' and truepoint._is_versioned(node) %}
            {% set built = truepoint._get_built(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) %}
            {% if built is not none and built[1] != epoch %}
                {% do names.append(node.name) %}
            {% endif %}
        {% endfor %}
        {% if names %}
            {% do exceptions.warn(
                'History has changed since these tables were built, and they are out of date: ' ~ (names | sort | join(', '))
                ~ '. Build them: dbt run --select ' ~ (names | sort | join(' '))
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}
