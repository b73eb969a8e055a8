{% macro _select_new_rows(rows, build) %}
{{ truepoint._build_mark(build) }}
{{ truepoint._select_built(rows, build) }}
{%- if build.is_increment %}
{{ truepoint._increment_mark() }}
where
    {{ truepoint._is_new(rows ~ '.spine_id', build) | indent(4) }}
{%- endif %}
{% endmacro %}
