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
    {% for role, type in {'event_id': 'text', 'event_time': 'timestamptz', 'known_at': 'timestamptz'}.items() if events.get(role) in columns and columns[events[role]] != type %}
        {% do errors.append(definition_error(node, node.name ~ '.' ~ events[role], 'is the ' ~ role ~ ' and has data_type ' ~ columns[events[role]] ~ ' (allowed: ' ~ type ~ ')')) %}
    {% endfor %}
    {% for column in columns if column in get_reserved_words() %}
        {% do errors.append(definition_error(node, node.name ~ '.' ~ column, 'is a word of SQL (allowed: any other name; the staging model can give it)')) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{# Whether an event relation holds, under the same ids, events that a spine decides on under another relation's name. #}
{% macro is_decided_elsewhere(events, spine) %}
    {% set column = get_events(events).source_columns[get_meta(events).events.event_id] %}
    {% for name in get_decided(spine) if get_model(name) %}
        {% set decided = get_model(name) %}
        {% set shared = get_root_sources(events) | select('in', get_root_sources(decided)) | list %}
        {% if decided.unique_id in events.depends_on.nodes or shared and column == get_events(decided).source_columns[get_meta(decided).events.event_id] %}
            {{ return(true) }}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{# Words that SQL keeps to itself, as names of columns, in Postgres or Spark. #}
{% macro get_reserved_words() %}
    {{ return([
        'all', 'analyse', 'analyze', 'and', 'any', 'array', 'as', 'asc', 'asymmetric', 'authorization', 'between', 'both', 'case', 'cast', 'check',
        'collate', 'column', 'constraint', 'create', 'cross', 'current_date', 'current_role', 'current_time', 'current_timestamp', 'current_user',
        'default', 'deferrable', 'desc', 'distinct', 'do', 'else', 'end', 'except', 'exists', 'false', 'fetch', 'filter', 'for', 'foreign', 'freeze',
        'from', 'full', 'grant', 'group', 'having', 'ilike', 'in', 'initially', 'inner', 'intersect', 'into', 'is', 'isnull', 'join', 'lateral',
        'leading', 'left', 'like', 'limit', 'localtime', 'localtimestamp', 'natural', 'not', 'notnull', 'null', 'offset', 'on', 'only', 'or',
        'order', 'outer', 'overlaps', 'placing', 'primary', 'references', 'returning', 'right', 'select', 'session_user', 'similar', 'some',
        'symmetric', 'table', 'then', 'to', 'trailing', 'true', 'union', 'unique', 'user', 'using', 'variadic', 'verbose', 'when', 'where',
        'window', 'with',
    ]) }}
{% endmacro %}

{# Names of columns that the compiler makes itself: no key, request field or feature may have them. #}
{% macro get_own_names() %}
    {{ return([
        'spine_id', 'event_id', 'as_of', 'ord', 'answered_at', 'event', 'request', 'happens_at', 'place', 'event_time', 'known_at', 'event_rank',
        'n', 'own_event_time', 'is_prompt', 'is_alone', 'next_at', 'previous_at', 'events_seen', 'events_present',
        'arrives_after', 'leaves_from', 'leaves_upto', 'slice', 'first_at', 'last_at', 'slice_length',
        'table_version', 'table_epoch',
    ]) }}
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
        {% for decided in get_decided(node) if decided not in event_models %}
            {% do errors.append(definition_error(node, node.name, 'meta.spine.decides is ' ~ decided ~ did_you_mean(decided, event_models) ~ ' (allowed: models with meta.events: ' ~ (event_models | join(', ')) ~ ')')) %}
        {% endfor %}
        {% for events in get_models_of_kind('events') if events.name not in get_decided(node) and is_decided_elsewhere(events, node) %}
            {% do errors.append(definition_error(node, node.name, 'meta.spine.decides leaves out ' ~ events.name ~ ', whose event ids are those of a decided relation: the decided event would count in its own row (allowed: decides: [' ~ ((get_decided(node) + [events.name]) | join(', ')) ~ '])')) %}
        {% endfor %}
    {% else %}
        {% do errors.append(definition_error(node, node.name, 'meta.spine is ' ~ (spine | string) ~ ' (allowed: {decides: EVENTS_MODEL}, {decides: [EVENTS_MODEL, …]} or {})')) %}
    {% endif %}
    {% for column, type in {'spine_id': 'text', 'event_id': 'text', 'as_of': 'timestamptz'}.items() if columns.get(column) != type %}
        {% do errors.append(definition_error(node, node.name, 'column ' ~ column ~ ' is ' ~ (columns.get(column) or 'not given') ~ ' (allowed: ' ~ type ~ ')')) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
