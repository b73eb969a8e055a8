{# Joins of views' rows to the rows of `spine`: one each, by spine_id. #}
{% macro join_views(names) %}
    {%- for name in names %}
    left join {{ name }}
        on spine.spine_id = {{ name }}.spine_id
    {%- endfor %}
{%- endmacro %}
