{#
    The number of the history's epoch. It rises when history is changed from outside: rows loaded with known times of their own, or erased. 0 where
    nothing counts epochs. An engine must say how: where history changes unseen, old rows stay.
#}
{% macro _get_epoch() %}
    {{ return(adapter.dispatch('_get_epoch', 'truepoint')()) }}
{% endmacro %}

{# The loaders of history count them. #}
{% macro postgres___get_epoch() %}
    {# Asked in this order, since Postgres refuses to look a name up in a schema that the role may not use. #}
    {% set state = run_query(
        "select case when to_regnamespace('truepoint') is null then 'absent' when not has_schema_privilege('truepoint', 'usage') then 'closed'"
        ~ " when to_regclass('truepoint.epochs') is null then 'absent' when not has_table_privilege('truepoint.epochs', 'select') then 'closed' else 'open' end"
    ).rows[0][0] %}
    {% if state == 'absent' %}
        {{ return(0) }}
    {% endif %}
    {% if state == 'closed' %}
        {% set role = adapter.quote(target.user) %}
        {% do exceptions.raise_compiler_error(
            'Role ' ~ target.user ~ ' may not read truepoint.epochs, which tells whether history has changed since a table was built (allowed: grant usage on'
            ~ ' schema truepoint to ' ~ role ~ '; grant select, insert on truepoint.epochs to ' ~ role ~ ')'
        ) %}
    {% endif %}
    {{ return(run_query('select coalesce(max(epoch), 0) from truepoint.epochs').rows[0][0] | int) }}
{% endmacro %}

{# The export of a lake starts a new generation when history has changed. #}
{% macro spark___get_epoch() %}
    {% if truepoint._get_lake() %}
        {% set exports = api.Relation.create(schema=truepoint._get_lake_schema(), identifier='exports') %}
        {% if 'generation' in adapter.get_columns_in_relation(exports) | map(attribute='name') | list %}
            {{ return(run_query('select coalesce(max(generation), 0) from ' ~ exports).rows[0][0] | int) }}
        {% endif %}
    {% endif %}
    {{ return(0) }}
{% endmacro %}
