{# Mistakes in an event relation's meta. #}
{% macro _get_events_errors(node) %}
    {% set errors = [] %}
    {% set events = truepoint._get_meta(node).events %}
    {% set columns = truepoint._get_column_types(node) %}
    {% set roles = ['event_id', 'event_time', 'known_at'] %}
    {% if events is not mapping %}
        {{ return([truepoint._definition_error(node, node.name, 'meta.events is ' ~ (events | string) ~ ' (allowed: {event_id: COLUMN, event_time: COLUMN, known_at: COLUMN})')]) }}
    {% endif %}
    {% do errors.extend(truepoint._get_key_errors(node, node.name ~ ', meta.events', events, roles)) %}
    {% for role in roles %}
        {% if events.get(role) not in columns %}
            {% do errors.append(truepoint._definition_error(node, node.name, 'meta.events.' ~ role ~ ' is ' ~ (events.get(role) or 'not given') ~ truepoint._did_you_mean(events.get(role) or '', columns) ~ ' (allowed: a column of the model: ' ~ (columns | join(', ')) ~ ')')) %}
        {% endif %}
    {% endfor %}
    {% for column, type in columns.items() if type not in truepoint._get_value_types() %}
        {% do errors.append(truepoint._definition_error(node, node.name ~ '.' ~ column, 'data_type is ' ~ (type or 'not given') ~ truepoint._did_you_mean(type or '', truepoint._get_value_types()) ~ ' (allowed: ' ~ (truepoint._get_value_types() | join(', ')) ~ ')')) %}
    {% endfor %}
    {% for role, type in {'event_id': 'text', 'event_time': 'timestamptz', 'known_at': 'timestamptz'}.items() if events.get(role) in columns and columns[events[role]] != type %}
        {% do errors.append(truepoint._definition_error(node, node.name ~ '.' ~ events[role], 'is the ' ~ role ~ ' and has data_type ' ~ columns[events[role]] ~ ' (allowed: ' ~ type ~ ')')) %}
    {% endfor %}
    {% for column in columns if column in truepoint._get_reserved_words() %}
        {% do errors.append(truepoint._definition_error(node, node.name ~ '.' ~ column, 'is a word of SQL (allowed: any other name; the staging model can give it)')) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
