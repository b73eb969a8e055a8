{# Whether the command works on tables. Others, which show what would be built, must not need a database. #}
{% macro _may_ask_database() %}
    {{ return(execute and flags.WHICH not in ['compile', 'generate', 'list', 'show']) }}
{% endmacro %}
