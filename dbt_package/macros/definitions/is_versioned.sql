{# Whether a model's rows say what they were built from: its body is one of the macros that build such tables. #}
{% macro _is_versioned(node) %}
    {{ return(node.config.materialized == 'versioned_table') }}
{% endmacro %}
