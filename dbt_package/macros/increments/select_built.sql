{# The last lines of a statement: the rows of a CTE, and in a table what they were built from. #}
{% macro _select_built(rows, build=none) -%}
{%- if build -%}
select
    {{ rows }}.*,
    cast('{{ build.version }}' as {{ truepoint.sql_type('text') }}) as table_version,
    cast({{ build.epoch }} as bigint) as table_epoch
from {{ rows }}
{%- else -%}
select * from {{ rows }}
{%- endif %}
{%- endmacro %}

{# Comment in the statement that tells the materialisation what was decided when the statement was written. See should_full_refresh(). #}
{% macro _build_mark(build=none) %}
    {{ return('-- truepoint-build: ' ~ ('new rows' if build.is_increment else 'all rows') ~ '\n' if build else '') }}
{% endmacro %}

{# Comment after which a statement of new_rows() leaves out the rows that the table has: what stands before it gives all rows. See check_read_rows.sql. #}
{% macro _increment_mark() %}
    {{- return('-- truepoint-build: of these') -}}
{% endmacro %}
