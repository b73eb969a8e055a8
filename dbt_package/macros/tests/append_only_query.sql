{# An event relation and the models that it reads, itself or through others; not snapshots, which keep what rows were. #}
{% macro _get_models_under(node) %}
    {% set models = [node] %}
    {% for model in models %}
        {# `models` grows while it is walked. #}
        {% for id in model.depends_on.nodes if id in graph.nodes and graph.nodes[id].resource_type == 'model' and graph.nodes[id] not in models %}
            {% do models.append(graph.nodes[id]) %}
        {% endfor %}
    {% endfor %}
    {{ return(models) }}
{% endmacro %}

{# The tables that an event relation's rows lie in: sources, but not those under a snapshot. #}
{% macro _get_base_tables(node) %}
    {% set tables = [] %}
    {% for model in truepoint._get_models_under(node) %}
        {% for id in model.depends_on.nodes if id in graph.sources and graph.sources[id] not in tables %}
            {% do tables.append(graph.sources[id]) %}
        {% endfor %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}

{# Whether an event relation reads nothing that dbt knows of: neither a source nor a snapshot nor a seed. #}
{% macro _reads_nothing_known(node) %}
    {% for model in truepoint._get_models_under(node) %}
        {% for id in model.depends_on.nodes if id in graph.sources or (id in graph.nodes and graph.nodes[id].resource_type != 'model') %}
            {{ return(false) }}
        {% endfor %}
    {% endfor %}
    {{ return(true) }}
{% endmacro %}

{# Whether a model's code names a column. #}
{% macro _names_column(node, column) %}
    {{ return(modules.re.search('(?i)\\b' ~ modules.re.escape(column) ~ '\\b', node.raw_code) is not none) }}
{% endmacro %}

{#
    Whether an event relation reads a column of the tables under it: it declares it or names it, or a model under it makes another of it, such as
    `status as state`. A model under it that hands the column on under its own name is no reader.
#}
{% macro _reads_column(events, column) %}
    {% if column | lower in (events.columns | map('lower') | list) or truepoint._names_column(events.node, column) %}
        {{ return(true) }}
    {% endif %}
    {% set handed_on = '(?i)(?<=[\\s,.])"?' ~ modules.re.escape(column) ~ '"?(?=\\s*(?:,|\\bfrom\\b|$))' %}
    {% for model in truepoint._get_models_under(events.node) if model.unique_id != events.node.unique_id %}
        {% set code = modules.re.sub('--[^\\n]*|(?s:\\{[{%#].*?[}%#]\\}|/\\*.*?\\*/)', ' ', model.raw_code) %}
        {% if truepoint._names_column({'raw_code': modules.re.sub(handed_on, '', code)}, column) %}
            {{ return(true) }}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{% macro _append_only_query(events, mutable) %}
{%- set name = events.name -%}
{%- set problems = [] -%}
{%- for column in mutable if truepoint._reads_column(events, column) -%}
    {%- do problems.append(name ~ ': reads ' ~ column ~ ', a column that may be updated in place (mutable). Leave it out, or keep its versions: truepoint history-table, or a dbt snapshot.') -%}
{%- endfor -%}
{%- if truepoint._names_column(events.node, 'dbt_valid_to') -%}
    {%- do problems.append(name ~ ': reads dbt_valid_to, which a snapshot sets later: a version is what it was when it began. Leave it out.') -%}
{%- endif -%}
{%- if truepoint._reads_nothing_known(events.node) -%}
    {%- do problems.append(
        name ~ ': reads no source, so nobody can tell whether the rows of its tables change. Declare the tables as sources, and read them by source().'
    ) -%}
{%- endif -%}
with asked (name) as (
    values (cast(null as text))
    {%- for source in truepoint._get_base_tables(events.node) %},
    ({{ truepoint._render_literal(truepoint._get_relation_name(source)) }})
    {%- endfor %}
),

tables as (
    select
        asked.name,
        relations.oid,
        relations.relkind in ('r', 'p') as is_table
    from asked
    left join pg_catalog.pg_class as relations on relations.oid = to_regclass(asked.name)
    where asked.name is not null
),

changes as (
    select
        tables.name,
        sum(pg_catalog.pg_stat_get_tuples_updated(parts.oid)) as updated,
        sum(pg_catalog.pg_stat_get_tuples_deleted(parts.oid)) as deleted
    from tables
    left join lateral pg_catalog.pg_partition_tree(tables.oid) as tree on true
    inner join pg_catalog.pg_class as parts on parts.oid = coalesce(cast(tree.relid as oid), tables.oid)
    where
        tables.is_table
        and not exists (
            select 1
            from pg_catalog.pg_trigger as triggers
            inner join pg_catalog.pg_proc as functions on functions.oid = triggers.tgfoid
            where
                triggers.tgrelid = tables.oid
                and functions.pronamespace = to_regnamespace('truepoint')
                and functions.proname = 'refuse_change'
                and triggers.tgenabled in ('O', 'A')
        )
    group by tables.name
),

-- A crash loses the counters of tables without a word, and lets those of the server begin anew.
counted as (
    select
        greatest(
            bases.stats_reset,
            least(
                (select archiver.stats_reset from pg_catalog.pg_stat_archiver as archiver),
                (select writer.stats_reset from pg_catalog.pg_stat_bgwriter as writer),
                (select wal.stats_reset from pg_catalog.pg_stat_wal as wal)
            )
        ) as since
    from pg_catalog.pg_stat_database as bases
    where bases.datname = current_database()
)

select
    {{ truepoint._render_literal(name) }} || ': ' || updated || ' rows of ' || changes.name || ' were updated in place and ' || deleted || ' deleted since '
    || coalesce(to_char(counted.since at time zone 'UTC', 'YYYY-MM-DD'), 'the database was made') || ' (rolled back ones included). Training sees what '
    || 'such a row is now, and not what it was then: keep its versions (truepoint history-table, or a dbt snapshot), guard the table (truepoint guard), or '
    || 'read only columns that never change, and name the others to this test (mutable: [...]).' as problem
from changes
cross join counted
where
    deleted > 0
    {%- if not mutable %}
    or updated > 0
    {%- endif %}
union all
select {{ truepoint._render_literal(name) }} || ': ' || tables.name || ' is no table of this database, so nobody can tell whether its rows change.' as problem
from tables
where is_table is not true
union all
select {{ truepoint._render_literal(name) }} || ': changes are not counted here (track_counts is off), so nobody can tell whether rows changed.' as problem
where
    not cast(current_setting('track_counts') as boolean)
    and exists (select 1 from changes)
{%- for problem in problems %}
union all
select {{ truepoint._render_literal(problem) }} as problem
{%- endfor %}
{%- endmacro %}
