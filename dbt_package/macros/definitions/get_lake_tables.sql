{#
    The tables of a lake: the sources of its schema that a node reads. List of {name, relation, known_at}, by name.

    known_at   the source's column with the known time, as the event models over it say; none where none does, or where they differ
#}
{% macro _get_lake_tables() %}
    {% set tables = {} %}
    {% for source in graph.sources.values() if source.schema == truepoint._get_lake_schema() %}
        {% set known_times = [] %}
        {% for node in graph.nodes.values() if source.unique_id in node.depends_on.nodes %}
            {% do tables.update({source.identifier: {'name': source.identifier, 'relation': truepoint._get_relation_name(source)}}) %}
            {% if node.resource_type == 'model' and truepoint._get_meta(node).get('events') %}
                {% set events = truepoint._get_events(node) %}
                {% if events.source and events.source_columns.get(events.known_at, events.known_at) not in known_times %}
                    {% do known_times.append(events.source_columns.get(events.known_at, events.known_at)) %}
                {% endif %}
            {% endif %}
        {% endfor %}
        {% if source.identifier in tables %}
            {% do tables[source.identifier].update({'known_at': known_times[0] if known_times | length == 1 else none}) %}
        {% endif %}
    {% endfor %}
    {{ return(tables.values() | sort(attribute='name')) }}
{% endmacro %}
