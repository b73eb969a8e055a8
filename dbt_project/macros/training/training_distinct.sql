{#
    CTEs for one count of distinct values. Per key and value, a running count of visible events says when the value is present; coming and
    going change the number of values by one. Spine rows whose own event is the only one to hold its value are kept apart, to take it off again.
#}
{% macro training_distinct(view, column, part) %}
{%- set keys = view.entity -%}
{%- set value = column ~ '_value' -%}
-- {{ column }}: a value is present while at least one visible event holds it.
{{ column }}_timeline as (
    select
        {%- for key in keys %}
        events.{{ key }},
        {%- endfor %}
        events.{{ value }},
        step.happens_at,
        step.events_seen,
        {{ typed_null('text') }} as spine_id
    from events
    cross join lateral (
        values
        ({{ visible_from('events.event_time', 'events.known_at', part.feature.offset_seconds) }}, 1)
        {%- if part.feature.seconds %},
        ({{ visible_until('events.event_time', 'events.known_at', part.feature.offset_seconds, part.feature.seconds) }}, -1)
        {%- endif %}
    ) as step (happens_at, events_seen)
    where events.{{ value }} is not null
    {%- if view.decides %}
    union all
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        own_{{ value }},
        happens_at,
        0 as events_seen,
        spine_id
    from spine
    where
        own_{{ value }} is not null
        {%- for condition in event_counts('own_event_time', since=window_since('happens_at', part.feature), until=window_until('happens_at', part.feature)) %}
        and {{ condition }}
        {%- endfor %}
    {%- endif %}
),

{{ column }}_running as (
    select
        *,
        sum(events_seen) over (
            partition by {{ keys | join(', ') }}, {{ value }}
            order by happens_at, case when spine_id is null then 0 else 1 end
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
        case when events_present > 0 then 1 else 0 end - case when events_present - events_seen > 0 then 1 else 0 end as {{ column }}
    from {{ column }}_running
    where
        spine_id is null
        and (events_present > 0) <> (events_present - events_seen > 0)
)
{%- if view.decides %},

{{ column }}_own as (
    select spine_id
    from {{ column }}_running
    where
        spine_id is not null
        and events_present = 1
)
{%- endif %}
{%- endmacro %}
