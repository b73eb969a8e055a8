{# Mistakes in an event relation's meta. #}
{% macro get_events_errors(node) %}
    {% set errors = [] %}
    {% set events = get_meta(node).events %}
    {% set columns = get_column_types(node) %}
    {% set roles = ['event_id', 'event_time', 'known_at'] %}
    {% if events is not mapping %}
        {{ return([definition_error(node, node.name, 'meta.events is ' ~ (events | string) ~ ' (allowed: {event_id: COLUMN, event_time: COLUMN, known_at: COLUMN})')]) }}
    {% endif %}
    {% do errors.extend(get_key_errors(node, node.name ~ ', meta.events', events, roles)) %}
    {% for role in roles %}
        {% if events.get(role) not in columns %}
            {% do errors.append(definition_error(node, node.name, 'meta.events.' ~ role ~ ' is ' ~ (events.get(role) or 'not given') ~ did_you_mean(events.get(role) or '', columns) ~ ' (allowed: a column of the model: ' ~ (columns | join(', ')) ~ ')')) %}
        {% endif %}
    {% endfor %}
    {% for column, type in columns.items() if type not in get_value_types() %}
        {% do errors.append(definition_error(node, node.name ~ '.' ~ column, 'data_type is ' ~ (type or 'not given') ~ did_you_mean(type or '', get_value_types()) ~ ' (allowed: ' ~ (get_value_types() | join(', ')) ~ ')')) %}
    {% endfor %}
    {% for role in ['event_time', 'known_at'] if events.get(role) in columns and columns[events[role]] != 'timestamptz' %}
        {% do errors.append(definition_error(node, node.name ~ '.' ~ events[role], 'is the ' ~ role ~ ' and has data_type ' ~ columns[events[role]] ~ ' (allowed: timestamptz)')) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{# Types of columns, request fields and features. #}
{% macro get_value_types() %}
    {{ return(['bigint', 'integer', 'numeric', 'double precision', 'boolean', 'text', 'timestamptz']) }}
{% endmacro %}

{# Mistakes in a spine's meta and columns. #}
{% macro get_spine_errors(node) %}
    {% set errors = [] %}
    {% set columns = get_column_types(node) %}
    {% set spine = get_meta(node).spine %}
    {% set event_models = get_models_of_kind('events') | map(attribute='name') | list %}
    {% if spine is mapping %}
        {% do errors.extend(get_key_errors(node, node.name ~ ', meta.spine', spine, ['decides'])) %}
        {% if spine.get('decides') and spine.decides not in event_models %}
            {% do errors.append(definition_error(node, node.name, 'meta.spine.decides is ' ~ spine.decides ~ did_you_mean(spine.decides, event_models) ~ ' (allowed: a model with meta.events: ' ~ (event_models | join(', ')) ~ ')')) %}
        {% endif %}
    {% else %}
        {% do errors.append(definition_error(node, node.name, 'meta.spine is ' ~ (spine | string) ~ ' (allowed: {decides: EVENTS_MODEL}, or {})')) %}
    {% endif %}
    {% for column, type in {'spine_id': 'text', 'event_id': 'text', 'as_of': 'timestamptz'}.items() if columns.get(column) != type %}
        {% do errors.append(definition_error(node, node.name, 'column ' ~ column ~ ' is ' ~ (columns.get(column) or 'not given') ~ ' (allowed: ' ~ type ~ ')')) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
