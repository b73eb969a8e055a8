{# Mistakes in an event relation's meta. #}
{% macro _get_events_errors(node) %}
    {% set errors = [] %}
    {% set events = truepoint._get_meta(node).events %}
    {% set columns = truepoint._get_column_types(node) %}
    {% set roles = ['event_id', 'event_time', 'known_at'] %}
    {% set given = {} %}
    {% if events is mapping %}
        {% do given.update(events) %}
        {% do given.update({'known_at': events.known_at.column if events.get('known_at') is mapping else events.get('known_at')}) %}
    {% endif %}
    {% if events is not mapping %}
        {{ return([truepoint._definition_error(
            node, node.name,
            given='meta.events is ' ~ (events | string),
            allowed='{event_id: COLUMN, event_time: COLUMN, known_at: COLUMN}',
        )]) }}
    {% endif %}
    {% do errors.extend(truepoint._get_key_errors(node, node.name ~ ', meta.events', events, roles)) %}
    {% for role in roles if not (role == 'known_at' and (events.get('known_at') == 'event_time' or truepoint._is_no_known_at(events))) %}
        {% if (given.get(role) or '') | string not in columns %}
            {% do errors.append(truepoint._definition_error(
                node, node.name,
                given='meta.events.' ~ role ~ ' is ' ~ (given.get(role) or 'not given') ~ truepoint._did_you_mean((given.get(role) or '') | string, columns),
                allowed='a column of the model: ' ~ (columns | join(', ')) ~ ('; or event_time, where events are known as they happen' if role == 'known_at' else ''),
            )) %}
        {% endif %}
    {% endfor %}
    {% do errors.extend(truepoint._get_known_at_errors(node, events, columns)) %}
    {% for column, type in columns.items() if type not in truepoint._get_value_types() %}
        {% do errors.append(truepoint._definition_error(node, node.name ~ '.' ~ column, given='data_type is ' ~ truepoint._get_type_problem(node.columns[column].data_type))) %}
    {% endfor %}
    {% for role, types in {'event_id': truepoint._get_id_types(), 'event_time': ['timestamptz'], 'known_at': ['timestamptz']}.items() if given.get(role) | string in columns %}
        {% set type = columns[given[role]] %}
        {% set is_padded = role == 'event_id' and not truepoint._is_comparable(node.columns[given[role]].data_type) %}
        {% if type in truepoint._get_value_types() and (type not in types or is_padded) %}
            {% do errors.append(truepoint._definition_error(
                node, node.name ~ '.' ~ given[role],
                given='is the ' ~ role ~ ' and has data_type ' ~ node.columns[given[role]].data_type,
                allowed=(types | join(', ')),
            )) %}
        {% endif %}
    {% endfor %}
    {% for column in columns if column in truepoint._get_reserved_words() %}
        {% do errors.append(truepoint._definition_error(
            node, node.name ~ '.' ~ column,
            given='is a word of SQL',
            allowed='any other name; the staging model can give it',
        )) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{# Whether known_at is given, and in none of its forms. #}
{% macro _is_no_known_at(events) %}
    {% set known_at = events.get('known_at') %}
    {{ return(known_at is not none and known_at is not string and known_at is not mapping) }}
{% endmacro %}

{# Mistakes in the form of meta.events.known_at; that its column is there is looked at elsewhere. #}
{% macro _get_known_at_errors(node, events, columns) %}
    {% set errors = [] %}
    {% set known_at = events.get('known_at') %}
    {% if truepoint._is_no_known_at(events) %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='meta.events.known_at is ' ~ (known_at | string),
            allowed='one of a column of the model; event_time, where events are known as they happen; {column: COLUMN, history_before: INSTANT, delay: DURATION}',
        )) %}
    {% elif known_at is mapping %}
        {% if known_at.get('column') and known_at.column == events.get('event_time') %}
            {% do errors.append(truepoint._definition_error(
                node, node.name,
                given='meta.events.known_at.column is ' ~ known_at.column ~ ', the event time',
                allowed='the column that says when a row came in; or known_at: event_time, where none does',
            )) %}
        {% endif %}
        {% set keys = ['column', 'history_before', 'delay'] %}
        {% do errors.extend(truepoint._get_key_errors(node, node.name ~ ', meta.events.known_at', known_at, keys)) %}
        {% set day = '(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31' %}
        {% set instant = '[1-9][0-9]{3}-(' ~ day ~ ')T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])' %}
        {% if known_at.get('history_before') is not string or not modules.re.fullmatch(instant, known_at.history_before) %}
            {% do errors.append(truepoint._definition_error(
                node, node.name,
                given='meta.events.known_at.history_before is ' ~ (known_at.get('history_before') or 'not given'),
                allowed="an instant in quotes with its zone, such as '2026-03-01T00:00:00Z': all that was loaded then or later, of events before it, is history",
            )) %}
        {% endif %}
        {% if truepoint.get_seconds(known_at.get('delay')) is none %}
            {% do errors.append(truepoint._definition_error(
                node, node.name,
                given='meta.events.known_at.delay is ' ~ (known_at.get('delay') or 'not given'),
                allowed='how long after it happened an event of the history counts as known, such as 1h: a whole number above 0 with one of the units s, m, h, d',
            )) %}
        {% endif %}
    {% elif known_at == 'event_time' and 'event_time' in columns and events.get('event_time') != 'event_time' %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='meta.events.known_at is event_time, which says that events are known as they happen, and is also a column beside the event time ' ~ (events.get('event_time') or ''),
            allowed='another name for the column; the staging model can give it',
        )) %}
    {% elif known_at and known_at == events.get('event_time') and known_at != 'event_time' %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='meta.events.known_at is ' ~ known_at ~ ', the event time',
            allowed='known_at: event_time, which says that events are known as they happen and no lateness is modelled; or the column that says when a row came in',
        )) %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}
