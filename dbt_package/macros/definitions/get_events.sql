{# The event relations whose events a spine decides on: the names in its meta. #}
{% macro _get_decided(spine) %}
    {% set decides = truepoint._get_meta(spine).spine.get('decides') or [] %}
    {{ return([decides] if decides is string else decides) }}
{% endmacro %}

{# Every source that a model reads, itself or through other models. #}
{% macro _get_root_sources(node) %}
    {% set roots = [] %}
    {% set models = [node] %}
    {% for model in models %}
        {# `models` grows while it is walked. #}
        {% for id in model.depends_on.nodes %}
            {% if id in graph.sources and id not in roots %}
                {% do roots.append(id) %}
            {% elif id in graph.nodes and graph.nodes[id] not in models %}
                {% do models.append(graph.nodes[id]) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(roots) }}
{% endmacro %}

{# An event relation: what the models with `meta.events` say of themselves. #}
{% macro _get_events(node) %}
    {% set meta = truepoint._get_meta(node).events %}
    {% set reads = node.depends_on.nodes %}
    {% set source_columns = {} %}
    {% for column in node.columns.values() %}
        {% do source_columns.update({column.name: truepoint._get_meta(column).get('source_column', column.name)}) %}
    {% endfor %}
    {{ return({
        'name': node.name,
        'node': node,
        'relation': truepoint._get_relation_name(node),
        'event_id': meta.event_id,
        'event_time': meta.event_time,
        'known_at': meta.known_at,
        'columns': truepoint._get_column_types(node),
        'source': graph.sources.get(reads[0]) if reads | length == 1 else none,
        'source_columns': source_columns,
    }) }}
{% endmacro %}
