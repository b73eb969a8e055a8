{# Joins of views' rows to the rows of `spine`: one each, by spine_id. `inner` where a row that some view does not have yet is to be left out. #}
{% macro _join_views(names, kind='left') %}
{%- for name in names %}
{{ kind }} join {{ name }}
    on spine.spine_id = {{ name }}.spine_id
{%- endfor %}
{%- endmacro %}
