{#
    Pre-hook of feature tables: memory for each sort and window of the statement, until its transaction ends. Postgres keeps the rows of a window
    frame together; where those of one key do not fit, it reads them back from disk for every row: with 16 MB, a view in which one merchant had half
    of 499,888 events did not end in 200 s; with 64 MB it took 8.9 s.
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
