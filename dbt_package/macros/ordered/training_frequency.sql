{#
    CTEs for the most frequent values, in which the things in order are pairs of a value and a count. A pair is there while the value is seen that
    often; a greater count stands before a lesser.
#}
{% macro _training_frequency(view, column, part) %}
{%- set keys = view.entity | join(', ') -%}
{%- set value = column ~ '_value' -%}
-- {{ column }}: how often each value is seen, from each change on.
{{ column }}_steps as (
    {{- truepoint._value_steps(view, column, part) }}
),

{{ column }}_moments as (
    select
        {{ keys }},
        {{ value }},
        happens_at,
        spine_id,
        place,
        sum(events_seen) as events_seen
    from {{ column }}_steps
    group by {{ keys }}, {{ value }}, happens_at, spine_id, place
),

{{ column }}_counts as (
    select
        *,
        sum(events_seen) over (
            partition by {{ keys }}, {{ value }}
            {{ truepoint._history_order() }}
            rows between unbounded preceding and current row
        ) as how_often
    from {{ column }}_moments
    where events_seen <> 0
),

{{ column }}_pairs as (
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
),

{{ column }}_ranked as (
    select
        *,
        dense_rank() over (partition by {{ keys }} order by how_often desc, {{ value }} asc) as in_order
    from {{ column }}_pairs
)
{%- endmacro %}
