{#
    Last line of a hand-written model that is incremental by spine_id, such as a spine: all rows of one of its CTEs, or in an increment those that the
    table does not have yet. It takes the place of `select * from <cte>` and of dbt's is_incremental().

    rows   the CTE: all rows that the table should have, each with its spine_id. A row must never change once it is there.
#}
{% macro new_rows(rows) %}
    {% if execute %}
        {{ return(tidy_statement(select_new_rows(rows, get_build()))) }}
    {% endif %}
{% endmacro %}

{% macro select_new_rows(rows, build) %}
{{ build_mark(build) }}
{{ select_built(rows, build) }}
{%- if build.is_increment %}
where
    {{ is_new(rows ~ '.spine_id', build) | indent(4) }}
{%- endif %}
{% endmacro %}

{#
    The condition for a row to be missing from the table. It looks at the rows that are there, not at times: so no row is lost or doubled, whenever it
    came and however early its as-of time; and after a run that failed half-way the next one adds what is missing.
#}
{% macro is_new(spine_id, build) -%}
{{ is_unchanged(build) }}
and not exists (
    select 1
    from {{ build.relation }} as built
    where built.spine_id = {{ spine_id }}
)
{%- endmacro %}

{#
    Whether the table is still the one that the statement was written for. If a run that overlaps has meanwhile built it from other definitions or
    another epoch, nothing is added: all rows of a table follow from the same, so that one row can speak for all.
#}
{% macro is_unchanged(build) -%}
exists (
    select 1
    from (select * from {{ build.relation }} limit 1) as any_built
    where
        any_built.table_version = '{{ build.version }}'
        and any_built.table_epoch = {{ build.epoch }}
)
{%- endmacro %}
