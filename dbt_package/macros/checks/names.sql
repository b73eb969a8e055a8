{# Words that SQL keeps to itself, as names of columns, in Postgres (`pg_get_keywords()`, catcode R and T) or Spark. #}
{% macro _get_reserved_words() %}
    {{ return([
        'all', 'analyse', 'analyze', 'and', 'anti', 'any', 'array', 'as', 'asc', 'asymmetric', 'authorization', 'between', 'binary', 'both', 'case',
        'cast', 'check', 'collate', 'collation', 'column', 'concurrently', 'constraint', 'create', 'cross', 'current_catalog', 'current_date',
        'current_role', 'current_schema', 'current_time', 'current_timestamp', 'current_user', 'default', 'deferrable', 'desc', 'distinct', 'do',
        'else', 'end', 'except', 'exists', 'false', 'fetch', 'filter', 'for', 'foreign', 'freeze', 'from', 'full', 'grant', 'group', 'having',
        'ilike', 'in', 'initially', 'inner', 'intersect', 'into', 'is', 'isnull', 'join', 'lateral', 'leading', 'left', 'like', 'limit',
        'localtime', 'localtimestamp', 'minus', 'natural', 'not', 'notnull', 'null', 'offset', 'on', 'only', 'or', 'order', 'outer', 'overlaps',
        'placing', 'primary', 'references', 'returning', 'right', 'select', 'semi', 'session_user', 'similar', 'some', 'symmetric', 'system_user',
        'table', 'tablesample', 'then', 'to', 'trailing', 'true', 'union', 'unique', 'user', 'using', 'variadic', 'verbose', 'when', 'where',
        'window', 'with',
    ]) }}
{% endmacro %}

{# Names of columns that the compiler makes itself: no key, request field or feature may have them. tests/house/test_reserved_names.py finds what is missing. #}
{% macro _get_own_names() %}
    {{ return([
        'spine_id', 'event_id', 'as_of', 'ord', 'answered_at', 'event', 'request', 'happens_at', 'place', 'event_time', 'known_at', 'event_rank',
        'n', 'own_event_time', 'is_prompt', 'is_alone', 'next_at', 'previous_at', 'events_seen', 'events_present',
        'arrives_after', 'leaves_from', 'leaves_upto', 'slice', 'first_at', 'last_at', 'slice_length',
        'table_version', 'table_epoch', 'counted', 'digit', 'found', 'how_many', 'how_often', 'in_order', 'item', 'items', 'key_number', 'left_by',
        'line_rows', 'node', 'number', 'number_there', 'of_latest', 'part', 'question', 'seen_at', 'value', 'window_length',
    ]) }}
{% endmacro %}

{# Whether a name could be that of a column of the compiler, or is a word of SQL: one of those above, or one that it makes of a window or a view. #}
{% macro _is_taken_name(name) %}
    {{ return(name in truepoint._get_own_names() + truepoint._get_reserved_words() or modules.re.match('(found__|(since|until|upto)_[0-9])', name) is not none) }}
{% endmacro %}
