{#
    Post-hook of versioned tables: Postgres counts what the table holds now. The next model reads it in the same minute, before autovacuum has looked; of
    a table that nobody has counted the planner takes plans whose cost grows with the square of its rows.
#}
{% macro _analyze_table() %}
    {% if execute %}
        {{ return(adapter.dispatch('_analyze_table', 'truepoint')()) }}
    {% endif %}
{% endmacro %}

{# Spark plans by the sizes of files. #}
{% macro spark___analyze_table() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres___analyze_table() %}
    {{ return('analyze ' ~ this) }}
{% endmacro %}
