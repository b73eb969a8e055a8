{% macro _render_literal(value) %}
    {% if value is string %}
        {{ return(truepoint._text_literal("'" ~ value.replace("'", "''") ~ "'")) }}
    {% endif %}
    {{ return(value | string | lower) }}
{% endmacro %}

{# Orders text by its bytes, whatever the database's collation. #}
{% macro by_bytes(text) %}
    {{ return(adapter.dispatch('by_bytes', 'truepoint')(text)) }}
{% endmacro %}

{% macro postgres__by_bytes(text) %}
    {{ return(text ~ ' collate "C"') }}
{% endmacro %}

{# Spark's own order. #}
{% macro spark__by_bytes(text) %}
    {{ return(text) }}
{% endmacro %}

{# Null-safe inequality. #}
{% macro is_distinct(left, right) %}
    {{ return(adapter.dispatch('is_distinct', 'truepoint')(left, right)) }}
{% endmacro %}

{% macro postgres__is_distinct(left, right) %}
    {{ return(left ~ ' is distinct from ' ~ right) }}
{% endmacro %}

{% macro spark__is_distinct(left, right) %}
    {{ return('not (' ~ left ~ ' <=> ' ~ right ~ ')') }}
{% endmacro %}

{#
    A text in quotes, as definitions write it ('' is a quote), as the engine writes it. Signs that break lines or that no one sees are written as
    escapes, so that what sets a statement's lines never meets them.
#}
{% macro _text_literal(quoted) %}
    {{ return(adapter.dispatch('_text_literal', 'truepoint')(quoted)) }}
{% endmacro %}

{% macro postgres___text_literal(quoted) %}
    {% set escaped = truepoint._escape_controls(quoted[1:-1].replace('\\', '\\\\')) %}
    {{ return("E'" ~ escaped ~ "'" if escaped != quoted[1:-1].replace('\\', '\\\\') else quoted) }}
{% endmacro %}

{# Spark reads '' as nothing, and a backslash as the start of an escape. #}
{% macro spark___text_literal(quoted) %}
    {{ return("'" ~ truepoint._escape_controls(quoted[1:-1].replace('\\', '\\\\')).replace("''", '\\u0027') ~ "'") }}
{% endmacro %}

{# Each sign that some reader of lines takes for the end of one, and other control characters, as \\uXXXX. #}
{% macro _escape_controls(text) %}
    {% set parts = [] %}
    {% for part in modules.re.split('([\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029])', text) %}
        {% do parts.append('\\u' ~ part.encode('utf-16-be').hex() if loop.index0 % 2 else part) %}
    {% endfor %}
    {{ return(parts | join) }}
{% endmacro %}
