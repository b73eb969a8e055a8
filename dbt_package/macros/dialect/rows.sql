{#
    Joins each row on the left with some rows that are worked out from it.

    name           of the joined rows
    columns        their columns
    rows           list of rows; a row is a list of SQL, one for each column
    one_per_line   how it is set: each value and column on a line of its own, or each row. Spark's rows have no parentheses, and stay whole.
#}
{% macro _cross_join_rows(name, columns, rows, one_per_line=true) %}
    {{- adapter.dispatch('_cross_join_rows', 'truepoint')(name, columns, rows, one_per_line) -}}
{% endmacro %}

{% macro postgres___cross_join_rows(name, columns, rows, one_per_line) -%}
cross join lateral (
    values
    {%- for row in rows %}
    {{ truepoint._set_list(row, 4, one_per_line) }}{{ ',' if not loop.last }}
    {%- endfor %}
) as {{ name }} {{ truepoint._set_list(columns, 0, one_per_line) }}
{%- endmacro %}

{% macro spark___cross_join_rows(name, columns, rows, one_per_line) -%}
lateral view stack(
    {{ rows | length }},
    {%- for row in rows %}
    {{ row | join(', ') }}{{ ',' if not loop.last }}
    {%- endfor %}
) {{ name }} as {{ columns | join(', ') }}
{%- endmacro %}

{% macro _set_list(values, indent, one_per_line) %}
    {% if not one_per_line %}
        {{ return('(' ~ (values | join(', ')) ~ ')') }}
    {% endif %}
    {% set margin = '\n' ~ ' ' * indent %}
    {{ return('(' ~ margin ~ '    ' ~ (values | join(',' ~ margin ~ '    ')) ~ margin ~ ')') }}
{% endmacro %}
