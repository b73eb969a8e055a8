{# The condition of a join by a view's entity; more conditions may follow, each `and …` on a line of its own. #}
{% macro _on_same_keys(view, left, right) %}
    on
        {%- for key in view.entity %}
        {{ 'and ' if not loop.first }}{{ left }}.{{ key }} = {{ right }}.{{ key }}
        {%- endfor %}
{%- endmacro %}
