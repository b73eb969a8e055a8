{#
    Pre-hook of feature tables: memory for each sort and window of the statement, until its transaction ends. Postgres' own default of 4 MB would
    have it sort in hundreds of runs on disk.
#}
{% macro _set_training_memory() %}
    {% if execute %}
        {{ return(adapter.dispatch('_set_training_memory', 'truepoint')()) }}
    {% endif %}
{% endmacro %}

{# Spark's memory is that of its session; and to resolve the names of a statement with many CTEs, it takes more rounds than it is given by default. #}
{% macro spark___set_training_memory() %}
    {{ return('set spark.sql.analyzer.maxIterations = 1000') }}
{% endmacro %}

{% macro postgres___set_training_memory() %}
    {{ return("set local work_mem = '" ~ truepoint._get_setting('training_work_mem') ~ "'") }}
{% endmacro %}
