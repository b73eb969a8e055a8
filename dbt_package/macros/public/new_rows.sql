{#
    Last line of a hand-written model that is incremental by spine_id, such as a spine: all rows of one of its CTEs, or in an increment those that the
    table does not have yet. It takes the place of `select * from <cte>` and of dbt's is_incremental().

    rows   the CTE: all rows that the table should have, each with its spine_id. A row must never change once it is there.
#}
{% macro new_rows(rows) %}
    {% do config(**truepoint._get_table_config()) %}
    {% if execute %}
        {{ return(truepoint._tidy_statement(truepoint._select_new_rows(rows, truepoint._get_build()))) }}
    {% endif %}
{% endmacro %}
