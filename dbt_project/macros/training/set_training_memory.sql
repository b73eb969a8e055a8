{#
    Pre-hook of feature tables: memory for each sort and window of the statement, until its transaction ends. Postgres' own default of 4 MB would
    have it sort in hundreds of runs on disk.
#}
{% macro set_training_memory() %}
    {% if execute %}
        {{ return(adapter.dispatch('set_training_memory', 'truepoint')()) }}
    {% endif %}
{% endmacro %}

{% macro default__set_training_memory() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__set_training_memory() %}
    {{ return("set local work_mem = '" ~ var('training_work_mem') ~ "'") }}
{% endmacro %}
