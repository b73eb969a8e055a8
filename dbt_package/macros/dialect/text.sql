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

{# A text in quotes, as definitions write it ('' is a quote), as the engine writes it. #}
{% macro _text_literal(quoted) %}
    {{ return(adapter.dispatch('_text_literal', 'truepoint')(quoted)) }}
{% endmacro %}

{% macro default___text_literal(quoted) %}
    {{ return(quoted) }}
{% endmacro %}

{# Spark reads '' as nothing, and a backslash as the start of an escape. No quote is left inside, so that what reads tokens still can. #}
{% macro spark___text_literal(quoted) %}
    {{ return("'" ~ quoted[1:-1].replace('\\', '\\\\').replace("''", '\\u0027') ~ "'") }}
{% endmacro %}
