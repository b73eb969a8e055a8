{#
    A hand-written table, such as a spine, may read relations that are no event relation: a campaign's list, a dbt snapshot, a seed. No history is kept
    of these, since nothing says when their rows were known. So before rows are added, those that the table has are compared with those that its
    statement gives today. Where one is gone or has other values, an epoch begins, and this table and all others are built anew.

    A table that reads only event relations and versioned tables is spared: check_history.sql looks at those.
#}
{% macro _check_read_rows() %}
    {{ return(adapter.dispatch('_check_read_rows', 'truepoint')()) }}
{% endmacro %}

{# Without epochs there is nothing to begin. #}
{% macro spark___check_read_rows() %}
{% endmacro %}

{% macro postgres___check_read_rows() %}
    {% set mark = truepoint._increment_mark() %}
    {% if mark in (model.compiled_code or '') and truepoint._reads_beyond_events(graph.nodes[model.unique_id]) %}
        {% set all_rows = model.compiled_code.split(mark)[0] %}
        {% if truepoint._set_session(false) %}
            {% do run_query(truepoint._set_session(false)) %}
        {% endif %}
        {% set changed = run_query(truepoint._changed_rows_query(this, all_rows)).rows[0][0] | int %}
        {% if changed %}
            {% set sentence = (
                model.name ~ ' (' ~ this ~ ') has rows that what it reads no longer gives, or gives with other values: ' ~ changed
                ~ '. A row must never change once it is there: was one updated in place, deleted or restored upstream?'
            ) %}
            {% if config.get('full_refresh') is sameas false %}
                {% do exceptions.raise_compiler_error(
                    sentence ~ ' It must be built anew, and its config full_refresh: false forbids that'
                    ~ ' (allowed: take full_refresh: false away for this run, or undo the change)'
                ) %}
            {% endif %}
            {% do truepoint._start_epoch(sentence) %}
            {% set epoch = truepoint._get_epoch() %}
            {% do run_query(truepoint._commit()) %}
            {% do exceptions.warn(sentence ~ ' Epoch ' ~ epoch ~ ' begins: it and the tables over it are built anew.') %}
            {# The materialisation reads the statement by these names, when it runs. #}
            {% set anew = modules.re.sub('cast\\(\\d+ as bigint\\) as table_epoch', 'cast(' ~ epoch ~ ' as bigint) as table_epoch', all_rows) %}
            {% set anew = anew.replace('-- truepoint-build: new rows', '-- truepoint-build: all rows') %}
            {% do model.update({'compiled_code': anew}) %}
            {% do context.update({'sql': anew, 'compiled_code': anew}) %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# How many rows of a table the statement of all rows does not give, column by column. What has no equality is compared as text. #}
{% macro _changed_rows_query(relation, all_rows) %}
{%- set columns = [] -%}
{%- for column in adapter.get_columns_in_relation(relation) if column.name not in ['table_version', 'table_epoch'] -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- do columns.append('cast(' ~ name ~ ' as text)' if column.dtype in ['json', 'xml', 'point', 'box', 'polygon'] else name) -%}
{%- endfor -%}
-- Rows of {{ relation.identifier }} that its statement does not give today.
select count(*)
from (
    select {{ columns | join(', ') }} from {{ relation }}
    except all
    select {{ columns | join(', ') }} from (
{{ all_rows }}
    ) as today
) as changed
{%- endmacro %}
