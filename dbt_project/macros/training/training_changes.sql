{# CTE `changes`: two rows or more for each event: one when it becomes visible (for each offset), one when it leaves each window. #}
{% macro training_changes(view, parts) %}
{%- set delays = [] -%}
{%- set spans = [] -%}
{%- for part in (parts.sums.values() | list) + (parts.latests.values() | list) -%}
    {%- if part.feature.offset_seconds not in delays -%}
        {%- do delays.append(part.feature.offset_seconds) -%}
    {%- endif -%}
{%- endfor -%}
{%- for part in parts.sums.values() if part.feature.seconds and [part.feature.offset_seconds, part.feature.seconds] not in spans -%}
    {%- do spans.append([part.feature.offset_seconds, part.feature.seconds]) -%}
{%- endfor -%}
-- An event adds its part when it becomes visible, and takes it away when it leaves the window.
changes as (
    select
        {%- for key in view.entity %}
        events.{{ key }},
        {%- endfor %}
        change.*
    from events
    cross join lateral (
        values
        {%- for delay in delays %}
        (
            {{ visible_from('events.event_time', 'events.known_at', delay) }}
            {%- for part in parts.sums.values() %},
            {{ exact_contribution('events.' ~ part.contribution, parts.contributions[part.contribution]) if part.feature.offset_seconds == delay else 'null' }}
            {%- endfor %}
            {%- for column, part in parts.latests.items() %},
            {{ latest_order('events.', column, part) if part.feature.offset_seconds == delay else 'null' }}
            {%- endfor %}
        ){{ ',' if spans or not loop.last }}
        {%- endfor %}
        {%- for delay, seconds in spans %}
        (
            {{ visible_until('events.event_time', 'events.known_at', delay, seconds) }}
            {%- for part in parts.sums.values() %},
            {{ '-' ~ exact_contribution('events.' ~ part.contribution, parts.contributions[part.contribution]) if [part.feature.offset_seconds, part.feature.seconds] == [delay, seconds] else 'null' }}
            {%- endfor %}
            {%- for column in parts.latests %},
            null
            {%- endfor %}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    ) as change (
        happens_at
        {%- for column in (parts.sums | list) + (parts.latests | list) %},
        {{ column }}
        {%- endfor %}
    )
)
{%- endmacro %}
