{#
    Pre-hook of incremental tables: a second run waits here until the first one has committed, and then sees its rows. Readers do not wait. Spark's
    tables cannot be locked: there, runs over one schema must not overlap.
#}
{% macro _lock_table() %}
    {% if execute %}
        {{ return(adapter.dispatch('_lock_table', 'truepoint')()) }}
    {% endif %}
{% endmacro %}

{% macro spark___lock_table() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres___lock_table() %}
    {% set table = adapter.get_relation(this.database, this.schema, this.identifier) %}
    {{ return('lock table ' ~ table ~ ' in share row exclusive mode' if table is not none and table.type == 'table' else '') }}
{% endmacro %}
