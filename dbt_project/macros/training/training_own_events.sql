{# CTE `own_events`: what each spine row's own event adds to the sums it would be in: taken out just before the row, put back just after. #}
{% macro training_own_events(view, parts) %}
-- The event that a row decides on must not count in it: out just before the row, back just after.
own_events as (
    select
        {%- for key in view.entity %}
        spine.{{ key }},
        {%- endfor %}
        spine.happens_at,
        spine.spine_id,
        step.place
        {%- for column, part in parts.sums.items() %},
        case when {{ own_is_in_window(part) }} then step.sign * spine.own_{{ part.contribution }} end as {{ column }}
        {%- endfor %}
    from spine
    cross join (values ({{ get_places().own_out }}, -1), ({{ get_places().own_back }}, 1)) as step (place, sign)
    where spine.own_event_time is not null
)
{%- endmacro %}
