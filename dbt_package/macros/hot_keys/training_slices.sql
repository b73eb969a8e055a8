{#
    Lines of keys that have so many rows that one task would work on them for long, in slices of time that tasks can share; where a view asks for it
    (`hot_key_rows`), since it takes more work in all. Each slice begins with what the view's windows hold by then, so a value does not depend on
    where the cuts are. Postgres, where one process works on a view, cuts nothing.
#}
{% macro _add_slices(ctes, view, parts) %}
{% if truepoint._has_slices(view) %}
    {% do truepoint._add_hot_keys(ctes, view) %}
    {% do truepoint._add_hot_events(ctes, view, parts) %}
    {% do truepoint._add_sliced(ctes, view, parts) %}
    {% do truepoint._add_held(ctes, view, parts) %}
{% endif %}
{% endmacro %}

{# Whether the lines of a view's hot keys are cut. #}
{% macro _has_slices(view) %}
    {{ return(adapter.dispatch('_has_slices', 'truepoint')(view)) }}
{% endmacro %}

{% macro default___has_slices(view) %}
    {{ return(false) }}
{% endmacro %}

{% macro spark___has_slices(view) %}
    {{ return(view.hot_key_rows is not none and view.features | length > 0) }}
{% endmacro %}

{# How many slices a line is cut into. With 128 over 16 tasks, a task has eight, and seldom more than twice that. #}
{% macro _get_slice_count() %}
    {{ return(128) }}
{% endmacro %}

{# The CTE that holds the rows of the line, and the columns that tell lines apart. #}
{% macro _get_line(view) %}
    {{ return({'relation': 'sliced', 'keys': view.entity + ['slice']} if truepoint._has_slices(view) else {'relation': 'timeline', 'keys': view.entity}) }}
{% endmacro %}

{% macro _add_hot_keys(ctes, view) %}
{% call truepoint._add_cte(ctes, 'key_rows', 'Events, and the times at which spine rows ask, in microseconds.') %}
select {{ view.entity | join(', ') }}, cast(null as bigint) as as_of from events
union all
select {{ view.entity | join(', ') }}, {{ truepoint._on_the_line('as_of') }} as as_of from spine_rows
where {{ view.entity | join(' is not null and ') }} is not null
{% endcall %}

{% call truepoint._add_cte(ctes, 'hot_keys', 'Keys with more than ' ~ view.hot_key_rows ~ ' events and spine rows: the time in which they are asked about, in '
    ~ truepoint._get_slice_count() ~ ' slices. In microseconds.') %}
select
    {{ view.entity | join(', ') }},
    min(as_of) as first_at,
    max(as_of) as last_at,
    (max(as_of) - min(as_of)) div {{ truepoint._get_slice_count() }} + 1 as slice_length
from key_rows
group by {{ view.entity | join(', ') }}
having
    count(*) > {{ view.hot_key_rows }}
    and count(as_of) > 0
{% endcall %}
{% endmacro %}

{#
    CTE `hot_events`: rows of the line, as in `timeline`, but one for each arrival and one for each window that leaves the event behind, in the slice
    in which that is first seen: where the event becomes visible, or is so no more (`visible_until` of the contract). A row that leaves stands before
    that by the length of the window. What is seen before anybody asks is in slice -1, and what is seen after that is left out.
#}
{% macro _add_hot_events(ctes, view, parts) %}
{%- set steps = [] -%}
{%- for delay in truepoint._get_delays(parts) -%}
    {%- do steps.append([truepoint._visible_from('events.event_time', 'events.known_at', delay.seconds), truepoint._on_the_line_seconds(0), delay.seconds | string, truepoint._typed_null('integer')]) -%}
    {%- for window in delay.windows -%}
        {%- do steps.append([truepoint._visible_until('events.event_time', 'events.known_at', delay.seconds, window.seconds), truepoint._on_the_line_seconds(window.seconds), truepoint._typed_null('integer'), window.number | string]) -%}
    {%- endfor -%}
{%- endfor -%}
{% call truepoint._add_cte(ctes, 'hot_events', 'What the events of hot keys do, a row for each: arrive, or be left behind by a window. Slice -1 is the time before the first question.') %}
select /*+ broadcast(hot_keys) */
    {%- for name in view.entity + (parts.contributions | list) %}
    events.{{ name }},
    {%- endfor %}
    timestamp_micros({{ truepoint._on_the_line('step.seen_at') }} - step.window_length) as happens_at,
    {{ truepoint._get_places().change }} as place,
    step.arrives_after,
    step.left_by as leaves_from,
    step.left_by as leaves_upto,
    greatest({{ truepoint._on_the_line('step.seen_at') }} - hot_keys.first_at + hot_keys.slice_length, 0) div hot_keys.slice_length - 1 as slice
from events
inner join hot_keys
    {{- truepoint._on_same_keys(view, 'events', 'hot_keys') }}
{{ truepoint._cross_join_rows('step', ['seen_at', 'window_length', 'arrives_after', 'left_by'], steps, one_per_line=false) }}
where {{ truepoint._on_the_line('step.seen_at') }} <= hot_keys.last_at
{% endcall %}
{% endmacro %}

{# CTE `sliced`. Rows of other keys than the hot ones have no slice. #}
{% macro _add_sliced(ctes, view, parts) %}
{% call truepoint._add_cte(ctes, 'sliced', 'The line: of a hot key, its events and spine rows in their slices; of another, as it is.') %}
select /*+ broadcast(hot_keys) */
    timeline.*,
    ({{ truepoint._on_the_line('timeline.happens_at') }} - hot_keys.first_at) div hot_keys.slice_length as slice
from timeline
left join hot_keys
    {{- truepoint._on_same_keys(view, 'timeline', 'hot_keys') }}
where
    hot_keys.first_at is null
    or timeline.place = {{ truepoint._get_places().asked }}
union all
select
    {%- for name, type in truepoint._get_timeline_columns(view, parts).items() %}
    {{ truepoint._typed_null(type) ~ ' as ' ~ name if name in ['spine_id', 'own_event_time'] else name }},
    {%- endfor %}
    slice
from hot_events
where slice >= 0
{% endcall %}
{% endmacro %}

{# CTE `held`, and `slice_changes` before it. A row for each slice of a hot key, whether or not anything happens in it. #}
{% macro _add_held(ctes, view, parts) %}
{% call truepoint._add_cte(ctes, 'slice_changes', 'What each slice adds to the windows, less what leaves them in it.') %}
select
    {{ view.entity | join(', ') }},
    slice
    {%- for column, part in parts.sums.items() %},
    {{ truepoint._exact_sum(truepoint._changes_by_row(parts, part), truepoint._get_sum_type(parts, part)) }} as {{ column }}
    {%- endfor %}
from hot_events
group by {{ view.entity | join(', ') }}, slice
{% endcall %}

{% call truepoint._add_cte(ctes, 'held', 'What the windows of a hot key hold when a slice begins.') %}
select
    {%- for key in view.entity %}
    hot_keys.{{ key }},
    {%- endfor %}
    slices.slice
    {%- for column, part in parts.sums.items() %},
    {{ truepoint._exact_sum_over('slice_changes.' ~ column, 'earlier', truepoint._get_sum_type(parts, part)) }} as {{ column }}
    {%- endfor %}
from hot_keys
inner join range(-1, {{ truepoint._get_slice_count() }}) as slices (slice)
    on hot_keys.first_at + slices.slice * hot_keys.slice_length <= hot_keys.last_at
left join slice_changes
    {{- truepoint._on_same_keys(view, 'hot_keys', 'slice_changes') }}
        and slices.slice = slice_changes.slice
window
    earlier as (
        partition by {{ 'hot_keys.' ~ (view.entity | join(', hot_keys.')) }}
        order by slices.slice
        rows between unbounded preceding and 1 preceding
    )
{% endcall %}
{% endmacro %}

{# SQL of what a row of `hot_events` changes in a sum. #}
{% macro _changes_by_row(parts, part) %}
    {% set type = truepoint._get_sum_type(parts, part) %}
    {% set adds = truepoint.to_exact(part.contribution) if type == truepoint._type_exact() else part.contribution %}
    {% set cases = ['when arrives_after = ' ~ part.feature.offset_seconds ~ ' then ' ~ adds] %}
    {% if part.feature.seconds %}
        {% do cases.append('when leaves_from = ' ~ truepoint._get_window_number(part, truepoint._get_delays(parts)) ~ ' then -' ~ adds) %}
    {% endif %}
    {{ return('case ' ~ (cases | join(' ')) ~ ' end') }}
{% endmacro %}
