{#
    How the model at hand is built in this run: {relation, version, epoch, is_increment}.

    An increment adds the rows that the table does not have yet. That is right only if the rows it has would come out the same today, so the table
    says what it was built from, in two columns of each row: `table_version`, a digest of its definition, and `table_epoch`, the epoch of the history.
    Where one of them differs, or the table is not there, or empty, or --full-refresh is given, all rows are built.

    Commands that do not build need no database, and show how all rows are built.
#}
{% macro get_build() %}
    {% set texts = {} %}
    {% set build = {
        'relation': this,
        'version': get_table_version(graph.nodes[model.unique_id], texts),
        'epoch': 0,
        'is_increment': false,
    } %}
    {% if may_ask_database() %}
        {# Read once, and before the rows: if history changes in between, the rows carry the older epoch, and the next run builds them again. #}
        {% do build.update({'epoch': get_epoch()}) %}
        {% do build.update({
            'is_increment': model.config.materialized == 'incremental'
                and not dbt.should_full_refresh()
                and get_built(this) == [build.version, build.epoch],
        }) %}
        {% do check_upstream(build, texts) %}
    {% endif %}
    {{ return(build) }}
{% endmacro %}

{# Whether the command works on tables. Others, which show what would be built, must not need a database. #}
{% macro may_ask_database() %}
    {{ return(execute and flags.WHICH not in ['compile', 'generate', 'list', 'show']) }}
{% endmacro %}

{#
    Stops where a table upstream is still built from other definitions or another epoch, as when models are run one by one: what is built over it now
    would not be built again.
#}
{% macro check_upstream(build, texts) %}
    {% for id in graph.nodes[model.unique_id].depends_on.nodes if id in graph.nodes and is_versioned(graph.nodes[id]) %}
        {% set node = graph.nodes[id] %}
        {% set version = get_table_version(node, texts) %}
        {% set built = get_built(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) %}
        {% if built is not none and built != [version, build.epoch] %}
            {% do exceptions.raise_compiler_error(
                node.name ~ ' is out of date: ' ~ ('its definition' if built[0] != version else 'the history')
                ~ ' has changed since it was built. Build what ' ~ model.name ~ ' needs too: dbt run --select +' ~ model.name
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# [version, epoch] of the rows that a table has; none where there is no such table, or it is empty. One row speaks for all: see is_unchanged(). #}
{% macro get_built(relation) %}
    {% set table = adapter.get_relation(relation.database, relation.schema, relation.identifier) %}
    {% if table is none or table.type != 'table' %}
        {{ return(none) }}
    {% endif %}
    {% set columns = adapter.get_columns_in_relation(table) | map(attribute='name') | list %}
    {% if 'table_version' not in columns or 'table_epoch' not in columns %}
        {{ return(none) }}
    {% endif %}
    {% set rows = run_query('select table_version, table_epoch from ' ~ table ~ ' limit 1').rows %}
    {{ return([rows[0][0], rows[0][1] | int] if rows | length else none) }}
{% endmacro %}

{# The last lines of a statement: the rows of a CTE, and in a table what they were built from. #}
{% macro select_built(rows, build=none) -%}
{%- if build -%}
select
    {{ rows }}.*,
    cast('{{ build.version }}' as {{ sql_type('text') }}) as table_version,
    cast({{ build.epoch }} as bigint) as table_epoch
from {{ rows }}
{%- else -%}
select * from {{ rows }}
{%- endif %}
{%- endmacro %}

{# Comment in the statement that tells the materialisation what was decided when the statement was written. See should_full_refresh(). #}
{% macro build_mark(build=none) -%}
{%- if build -%}
-- truepoint-build: {{ 'new rows' if build.is_increment else 'all rows' }}
{%- endif %}
{%- endmacro %}
