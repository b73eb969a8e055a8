{#
    The body of a CTE: for each event that holds a value, a step up when it becomes visible and one down when it leaves the window; and a step
    down and up again around the spine row that decides on it.
#}
{% macro _value_steps(view, column, part) %}
{%- set value = column ~ '_value' -%}
{%- set steps = [[truepoint._visible_from('events.event_time', 'events.known_at', part.feature.offset_seconds), '1']] -%}
{%- if part.feature.seconds -%}
    {%- do steps.append([truepoint._visible_until('events.event_time', 'events.known_at', part.feature.offset_seconds, part.feature.seconds), '-1']) -%}
{%- endif %}
select
    {%- for key in view.entity %}
    events.{{ key }},
    {%- endfor %}
    events.{{ value }},
    step.happens_at,
    {{ truepoint._typed_null('text') }} as spine_id,
    {{ truepoint._get_places().change }} as place,
    step.events_seen
from events
{{ truepoint._cross_join_rows('step', ['happens_at', 'events_seen'], steps, one_per_line=false) }}
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
cross join (values ({{ truepoint._get_places().own_out }}, -1), ({{ truepoint._get_places().own_back }}, 1)) as step (place, events_seen)
where
    own_{{ value }} is not null
    and {{ truepoint._own_is_in_window(part) }}
{%- endif %}
{%- endmacro %}
