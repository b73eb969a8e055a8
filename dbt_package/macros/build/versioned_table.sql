{#
    A table that carries the digest of its definition (`table_version`) and the epoch of its history (`table_epoch`). Where neither has changed, new rows
    are added; else it is built anew. It is dbt's own incremental materialisation of the engine, which asks this package, and not a flag, what is to be done.
#}
{% materialization versioned_table, default %}
    {# dbt's materialisation looks this name up in the node's context, when it runs. #}
    {% do context.update({'should_full_refresh': truepoint._should_full_refresh}) %}
    {% for statement in ['{{ truepoint._lock_table() }}', '{{ truepoint._set_training_memory() }}', '{{ truepoint._set_model_session() }}'] %}
        {% do pre_hooks.append({'sql': statement, 'transaction': true}) %}
    {% endfor %}
    {% for statement in ['{{ truepoint._describe_columns() }}', '{{ truepoint._analyze_table() }}'] %}
        {% do post_hooks.append({'sql': statement, 'transaction': true}) %}
    {% endfor %}
    {% do truepoint._check_read_rows() %}
    {{ return(truepoint._materialize_incrementally()) }}
{% endmaterialization %}

{# dbt's incremental materialisation for the engine. #}
{% macro _materialize_incrementally() %}
    {{ return(adapter.dispatch('_materialize_incrementally', 'truepoint')()) }}
{% endmacro %}

{% macro default___materialize_incrementally() %}
    {{ return(context['dbt']['materialization_incremental_default']()) }}
{% endmacro %}

{% macro spark___materialize_incrementally() %}
    {{ return(context['dbt']['materialization_incremental_spark']()) }}
{% endmacro %}
