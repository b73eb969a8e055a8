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
    {% set known_at = truepoint._get_known_at(meta) %}
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
        'known_at': known_at.column,
        'is_known_as_it_happens': known_at.is_event_time,
        'history': known_at.history,
        'columns': truepoint._get_column_types(node),
        'source': graph.sources.get(reads[0]) if reads | length == 1 else none,
        'source_columns': source_columns,
    }) }}
{% endmacro %}

{#
    What meta.events.known_at says: {column, is_event_time, history}. It is a column; `event_time`, which is no column but says that events are known as
    they happen; or {column, history_before, delay}.
#}
{% macro _get_known_at(meta) %}
    {% if meta.known_at == 'event_time' %}
        {{ return({'column': meta.event_time, 'is_event_time': true, 'history': none}) }}
    {% elif meta.known_at is mapping %}
        {{ return({
            'column': meta.known_at.column,
            'is_event_time': false,
            'history': {
                'before': meta.known_at.history_before | string,
                'delay': meta.known_at.delay,
                'seconds': truepoint.get_seconds(meta.known_at.delay),
            },
        }) }}
    {% endif %}
    {{ return({'column': meta.known_at, 'is_event_time': false, 'history': none}) }}
{% endmacro %}
