{# Orders text by its bytes, whatever the database's collation. #}
{% macro by_bytes(text) %}
    {{ return(adapter.dispatch('by_bytes', 'truepoint')(text)) }}
{% endmacro %}

{% macro postgres__by_bytes(text) %}
    {{ return(text ~ ' collate "C"') }}
{% endmacro %}

{# Null-safe inequality. #}
{% macro is_distinct(left, right) %}
    {{ return(adapter.dispatch('is_distinct', 'truepoint')(left, right)) }}
{% endmacro %}

{% macro postgres__is_distinct(left, right) %}
    {{ return(left ~ ' is distinct from ' ~ right) }}
{% endmacro %}
