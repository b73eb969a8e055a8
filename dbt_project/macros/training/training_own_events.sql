{#
    CTE `own_events`: what each spine row's own event adds to the sums it would be in: taken out just before the row, put back just after. In a
    framed sum, an event that is one row of the stream with its spine row is taken off there.
#}
{% macro training_own_events(view, parts, split) %}
{%- set apart = '(spine.spine_id is distinct from spine.event_id or own_event_time <> happens_at)' -%}
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
        case when {{ own_is_in_window(part) }}{{ ' and ' ~ apart if column in split.framed.sums and split.changed.sums }} then step.sign * spine.own_{{ part.contribution }} end as {{ column }}
        {%- endfor %}
    from spine
    cross join (values ({{ get_places().own_out }}, -1), ({{ get_places().own_back }}, 1)) as step (place, sign)
    where
        spine.own_event_time is not null
        {%- if not split.changed.sums %}
        and {{ apart }}
        {%- endif %}
)
{%- endmacro %}
