{# Whether an event relation holds, under the same ids, events that a spine decides on under another relation's name. #}
{% macro _is_decided_elsewhere(events, spine) %}
    {% set column = truepoint._get_events(events).source_columns[truepoint._get_meta(events).events.event_id] %}
    {% for name in truepoint._get_decided(spine) if truepoint._get_model(name) %}
        {% set decided = truepoint._get_model(name) %}
        {% set shared = truepoint._get_root_sources(events) | select('in', truepoint._get_root_sources(decided)) | list %}
        {% if decided.unique_id in events.depends_on.nodes or shared and column == truepoint._get_events(decided).source_columns[truepoint._get_meta(decided).events.event_id] %}
            {{ return(true) }}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{# Mistakes in a spine's meta and columns. #}
{% macro _get_spine_errors(node) %}
    {% set errors = [] %}
    {% set columns = truepoint._get_column_types(node) %}
    {% set spine = truepoint._get_meta(node).spine %}
    {% set event_models = truepoint._get_models_of_kind('events') | map(attribute='name') | list %}
    {% if spine is mapping %}
        {% do errors.extend(truepoint._get_key_errors(node, node.name ~ ', meta.spine', spine, ['decides'])) %}
        {% for decided in truepoint._get_decided(node) if decided not in event_models %}
            {% do errors.append(truepoint._definition_error(
                node, node.name,
                given='meta.spine.decides is ' ~ decided ~ truepoint._did_you_mean(decided, event_models),
                allowed='models with meta.events: ' ~ (event_models | join(', ')),
            )) %}
        {% endfor %}
        {% for events in truepoint._get_models_of_kind('events') if events.name not in truepoint._get_decided(node) and truepoint._is_decided_elsewhere(events, node) %}
            {% do errors.append(truepoint._definition_error(
                node, node.name,
                given='meta.spine.decides leaves out ' ~ events.name ~ ', whose event ids are those of a decided relation: the decided event would count in its own row',
                allowed='decides: [' ~ ((truepoint._get_decided(node) + [events.name]) | join(', ')) ~ ']',
            )) %}
        {% endfor %}
    {% else %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='meta.spine is ' ~ (spine | string),
            allowed='{decides: EVENTS_MODEL}, {decides: [EVENTS_MODEL, …]} or {}',
        )) %}
    {% endif %}
    {% set id_types = [] %}
    {% for decided in truepoint._get_decided(node) if spine is mapping and truepoint._get_model(decided) %}
        {% set events = truepoint._get_model(decided) %}
        {% do id_types.append(truepoint._get_column_types(events).get(truepoint._get_meta(events).events.event_id)) %}
    {% endfor %}
    {% set id_types = id_types | select('in', truepoint._get_id_types()) | unique | list if id_types else ['text'] %}
    {% for column, types in {'spine_id': ['text'], 'event_id': id_types, 'as_of': ['timestamptz']}.items() if types and columns.get(column) not in types %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='column ' ~ column ~ ' is ' ~ (columns.get(column) or 'not given'),
            allowed=(types | join(', ')) ~ (', as in the relation that it decides on' if types != ['text'] and column == 'event_id'),
        )) %}
    {% endfor %}
    {% if id_types | length > 1 %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='meta.spine.decides names relations whose event ids are ' ~ (id_types | join(' and ')),
            allowed='one type',
        )) %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}
