{#
    The condition for a row to be missing from the table. It looks at the rows that are there, not at times: so no row is lost or doubled, whenever it
    came and however early its as-of time; and after a run that failed half-way the next one adds what is missing.
#}
{% macro _is_new(spine_id, build) -%}
{{ truepoint._is_unchanged(build) }}
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
{% macro _is_unchanged(build) -%}
exists (
    select 1
    from (select * from {{ build.relation }} limit 1) as any_built
    where
        any_built.table_version = '{{ build.version }}'
        and any_built.table_epoch = {{ build.epoch }}
)
{%- endmacro %}
