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
        {% do errors.append(truepoint._definition_error(node, node.name ~ '.' ~ column, 'data_type is ' ~ truepoint._get_type_problem(node.columns[column].data_type))) %}
    {% endfor %}
    {% for role, types in {'event_id': truepoint._get_id_types(), 'event_time': ['timestamptz'], 'known_at': ['timestamptz']}.items() if events.get(role) in columns %}
        {% set type = columns[events[role]] %}
        {% set is_padded = role == 'event_id' and not truepoint._is_comparable(node.columns[events[role]].data_type) %}
        {% if type in truepoint._get_value_types() and (type not in types or is_padded) %}
            {% do errors.append(truepoint._definition_error(node, node.name ~ '.' ~ events[role], 'is the ' ~ role ~ ' and has data_type ' ~ node.columns[events[role]].data_type ~ ' (allowed: ' ~ (types | join(', ')) ~ ')')) %}
        {% endif %}
    {% endfor %}
    {% for column in columns if column in truepoint._get_reserved_words() %}
        {% do errors.append(truepoint._definition_error(node, node.name ~ '.' ~ column, 'is a word of SQL (allowed: any other name; the staging model can give it)')) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
