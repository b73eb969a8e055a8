{#
    Where a row of the timeline stands among those of the same instant: first what events do, then each spine row, with its own event taken out
    just before it and put back just after.
#}
{% macro _get_places() %}
    {{ return({'change': 0, 'own_out': 1, 'asked': 2, 'own_back': 3}) }}
{% endmacro %}

{% macro _history_order() -%}
order by {{ truepoint._on_the_line('happens_at') }}, spine_id nulls first, place
{%- endmacro %}
