{#
    CTEs for one count of distinct values. Per key and value, a running count of visible events says when the value is present; coming and
    going change the number of values by one.
#}
{% macro training_distinct(view, column, part) %}
{%- set keys = view.entity -%}
{%- set value = column ~ '_value' -%}
-- {{ column }}: a value is present while at least one visible event holds it.
{{ column }}_timeline as (
    {{- value_steps(view, column, part) }}
),

{{ column }}_running as (
    select
        *,
        sum(events_seen) over (
            partition by {{ keys | join(', ') }}, {{ value }}
            {{ history_order() }}
            rows between unbounded preceding and current row
        ) as events_present
    from {{ column }}_timeline
),

{{ column }}_changes as (
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        happens_at,
        spine_id,
        place,
        case when events_present > 0 then 1 else -1 end as {{ column }}
    from {{ column }}_running
    where (events_present > 0) <> (events_present - events_seen > 0)
)
{%- endmacro %}

{#
    The body of a CTE: for each event that holds a value, a step up when it becomes visible and one down when it leaves the window; and a step
    down and up again around the spine row that decides on it.
#}
{% macro value_steps(view, column, part) %}
{%- set value = column ~ '_value' -%}
{%- set steps = [[visible_from('events.event_time', 'events.known_at', part.feature.offset_seconds), '1']] -%}
{%- if part.feature.seconds -%}
    {%- do steps.append([visible_until('events.event_time', 'events.known_at', part.feature.offset_seconds, part.feature.seconds), '-1']) -%}
{%- endif %}
    select
        {%- for key in view.entity %}
        events.{{ key }},
        {%- endfor %}
        events.{{ value }},
        step.happens_at,
        {{ typed_null('text') }} as spine_id,
        {{ get_places().change }} as place,
        step.events_seen
    from events
    {{ cross_join_rows('step', ['happens_at', 'events_seen'], steps, one_per_line=false) }}
    where events.{{ value }} is not null
    {%- if view.decides %}
    union all
    select
        {%- for key in view.entity %}
        spine.{{ key }},
        {%- endfor %}
        spine.own_{{ value }},
        spine.happens_at,
        spine.spine_id,
        step.place,
        step.events_seen
    from spine
    cross join (values ({{ get_places().own_out }}, -1), ({{ get_places().own_back }}, 1)) as step (place, events_seen)
    where
        own_{{ value }} is not null
        and {{ own_is_in_window(part) }}
    {%- endif %}
{%- endmacro %}
