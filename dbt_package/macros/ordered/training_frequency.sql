{#
    CTEs for the most frequent values, in which the things in order are pairs of a value and a count. A pair is there while the value is seen that
    often; a greater count stands before a lesser.
#}
{% macro _add_frequencies(ctes, view, column, part) %}
{% set keys = view.entity | join(', ') %}
{% set value = column ~ '_value' %}
{% call truepoint._add_cte(ctes, column ~ '_steps', 'Where an event that holds a value comes and goes.') %}
{{ truepoint._value_steps(view, column, part) }}
{% endcall %}

{% call truepoint._add_cte(ctes, column ~ '_moments', 'How many come, less how many go, at each moment.') %}
select
    {{ keys }},
    {{ value }},
    happens_at,
    spine_id,
    place,
    sum(events_seen) as events_seen
from {{ column }}_steps
group by {{ keys }}, {{ value }}, happens_at, spine_id, place
{% endcall %}

{% call truepoint._add_cte(ctes, column ~ '_counts', 'How often each value is seen, from each moment on.') %}
select
    *,
    sum(events_seen) over (
        partition by {{ keys }}, {{ value }}
        {{ truepoint._history_order() }}
        rows between unbounded preceding and current row
    ) as how_often
from {{ column }}_moments
where events_seen <> 0
{% endcall %}

{% call truepoint._add_cte(ctes, column ~ '_pairs', 'Pairs of a value and how often it is seen: where one comes (1), and the one before it goes (-1).') %}
select
    {%- for key in view.entity %}
    counts.{{ key }},
    {%- endfor %}
    counts.{{ value }},
    counts.happens_at,
    counts.spine_id,
    counts.place,
    pair.how_often,
    pair.step
from {{ column }}_counts as counts
{{ truepoint._cross_join_rows('pair', ['how_often', 'step'], [['counts.how_often - counts.events_seen', '-1'], ['counts.how_often', '1']], one_per_line=false) }}
where pair.how_often > 0
{% endcall %}

{% call truepoint._add_cte(ctes, column ~ '_ranked', 'The rank of each pair: the most frequent first, of equally frequent ones the lesser value.') %}
select
    *,
    dense_rank() over (partition by {{ keys }} order by how_often desc, {{ value }} asc) as in_order
from {{ column }}_pairs
{% endcall %}
{% endmacro %}
