{#
    Parts that a window frame can compute: those without offset, over a window of fixed length or, for the latest event, any. An engine that
    cannot take leaving rows off a frame's sum has none; it computes them by changes.
#}
{% macro is_framed(part, is_latest=false) %}
    {{ return(adapter.dispatch('is_framed', 'truepoint')(part, is_latest)) }}
{% endmacro %}

{% macro default__is_framed(part, is_latest) %}
    {{ return(false) }}
{% endmacro %}

{% macro postgres__is_framed(part, is_latest) %}
    {{ return(not part.feature.offset_seconds and (is_latest or part.feature.seconds is not none)) }}
{% endmacro %}

{# The parts in two: {framed: {sums, latests, contributions}, changed: {sums, latests}}. `contributions` are those of framed sums. #}
{% macro split_parts(parts) %}
    {# Frames cost two more sorts, and save a row per event and window: with one window they lose. #}
    {% set windows = [] %}
    {% for part in parts.sums.values() if is_framed(part) and part.feature.seconds not in windows %}
        {% do windows.append(part.feature.seconds) %}
    {% endfor %}
    {% set has_frames = windows | length > 1 %}
    {% set framed = {'sums': {}, 'latests': {}, 'contributions': {}} %}
    {% set changed = {'sums': {}, 'latests': {}} %}
    {% for column, part in parts.sums.items() %}
        {% set in_frame = has_frames and is_framed(part) %}
        {% do (framed if in_frame else changed).sums.update({column: part}) %}
        {% if in_frame %}
            {% do framed.contributions.update({part.contribution: parts.contributions[part.contribution]}) %}
        {% endif %}
    {% endfor %}
    {% for column, part in parts.latests.items() %}
        {% do (framed if is_framed(part, true) and framed.sums else changed).latests.update({column: part}) %}
    {% endfor %}
    {{ return({'framed': framed, 'changed': changed}) }}
{% endmacro %}

{#
    CTEs `stream`, `judged`, `framed_events`, `late_events`: events and spine rows on one line of time, for window frames. A spine row and the
    event it decides on are one row where they are at the same instant; what the event adds is then taken off again.

    A frame goes by event time alone. That is right for an event only if nobody asks between its event time and its known time: such an event is
    prompt. The others are late, and change the sums when they become known.
#}
{% macro training_stream(view, parts, framed) %}
-- Events and spine rows on one line of time; a row and the event it decides on are one, where they are at the same instant.
stream as (
    {%- if view.decides %}
    select
        {%- for key in view.entity %}
        coalesce(spine.{{ key }}, events.{{ key }}) as {{ key }},
        {%- endfor %}
        coalesce(spine.happens_at, events.event_time) as happens_at,
        spine.spine_id,
        {{- stream_event_columns(view, framed) }}
        {%- for column in parts.latests %},
        spine.own_{{ column }}
        {%- endfor %}
    from spine
    full join events
        on
            spine.spine_id = events.event_id
            and spine.event_id = events.event_id
            and spine.happens_at = events.event_time
            {%- for key in view.entity %}
            and spine.{{ key }} = events.{{ key }}
            {%- endfor %}
    {%- else %}
    select
        {%- for key in view.entity %}
        events.{{ key }},
        {%- endfor %}
        events.event_time as happens_at,
        {{ typed_null('text') }} as spine_id,
        {{- stream_event_columns(view, framed) }}
    from events
    union all
    select
        {%- for key in view.entity %}
        {{ key }},
        {%- endfor %}
        happens_at,
        spine_id,
        null as event_time,
        null as known_at
        {%- for name in (framed.contributions | list) + (framed.latests | list) %},
        null as {{ name }}
        {%- endfor %}
    from spine
    {%- endif %}
),

neighbours as (
    select
        *,
        lead(happens_at) over line as next_at,
        lag(happens_at) over line as previous_at
    from stream
    window line as (partition by {{ view.entity | join(', ') }} order by happens_at)
),

judged as (
    select
        *,
        -- Nobody asks between its event time and its known time.
        event_time is not null
        and (
            known_at <= happens_at
            or (coalesce(previous_at < happens_at, true) and coalesce(next_at > happens_at and next_at >= known_at, true))
        ) as is_prompt,
        -- Nothing else is at its instant.
        coalesce(previous_at < happens_at, true) and coalesce(next_at > happens_at, true) as is_alone
    from neighbours
),

framed_events as (
    select
        {%- for key in view.entity %}
        {{ key }},
        {%- endfor %}
        happens_at,
        spine_id,
        case when spine_id is null then {{ get_places().change }} else {{ get_places().asked }} end as place
        {%- for name in framed.contributions %},
        case when is_prompt then {{ name }} end as {{ name }}
        {%- endfor %}
        {%- for column in framed.latests %},
        case when is_prompt and is_alone then {{ column }} end as {{ column }}
        {%- endfor %}
        {%- for column in parts.latests if view.decides %},
        {{ 'case when is_prompt and is_alone then ' ~ column ~ ' else own_' ~ column ~ ' end as own_' ~ column if column in framed.latests else 'own_' ~ column }}
        {%- endfor %}
    from judged
),

late_events as (
    select
        {%- for key in view.entity %}
        {{ key }},
        {%- endfor %}
        event_time,
        known_at
        {%- for name in framed.contributions %},
        case when not is_prompt then {{ name }} end as {{ name }}
        {%- endfor %}
        {%- for column in framed.latests %},
        {{ column }}
        {%- endfor %}
    from judged
    where
        event_time is not null
        and not (is_prompt{{ ' and is_alone' if framed.latests }})
)
{%- endmacro %}

{% macro stream_event_columns(view, framed) %}
        events.event_time,
        events.known_at
        {%- for name in framed.contributions %},
        events.{{ name }}
        {%- endfor %}
        {%- for column, part in framed.latests.items() %},
        {{ latest_order('events.', column, part) }} as {{ column }}
        {%- endfor %}
{%- endmacro %}
