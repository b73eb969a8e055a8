{#
    CTE of changes: two rows or more for each event: one when it becomes visible (for each offset), one when it leaves each window.

    name     the CTE
    source   the CTE that gives the events
    parts    {sums, latests}, those of get_parts() to be changed here
    orders   column of `latests` -> its SQL over one event
#}
{% macro training_changes(view, name, source, parts, contributions, orders) %}
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
{%- set rows = [] -%}
{%- for delay in delays -%}
    {%- set row = [visible_from(source ~ '.event_time', source ~ '.known_at', delay)] -%}
    {%- for part in parts.sums.values() -%}
        {%- do row.append(exact_contribution(source ~ '.' ~ part.contribution, contributions[part.contribution]) if part.feature.offset_seconds == delay else 'null') -%}
    {%- endfor -%}
    {%- for column, part in parts.latests.items() -%}
        {%- do row.append(orders[column] if part.feature.offset_seconds == delay else 'null') -%}
    {%- endfor -%}
    {%- do rows.append(row) -%}
{%- endfor -%}
{%- for delay, seconds in spans -%}
    {%- set row = [visible_until(source ~ '.event_time', source ~ '.known_at', delay, seconds)] -%}
    {%- for part in parts.sums.values() -%}
        {%- do row.append('-' ~ exact_contribution(source ~ '.' ~ part.contribution, contributions[part.contribution]) if [part.feature.offset_seconds, part.feature.seconds] == [delay, seconds] else 'null') -%}
    {%- endfor -%}
    {%- for column in parts.latests -%}
        {%- do row.append('null') -%}
    {%- endfor -%}
    {%- do rows.append(row) -%}
{%- endfor -%}
-- An event adds its part when it becomes visible, and takes it away when it leaves the window.
{{ name }} as (
    select
        {%- for key in view.entity %}
        {{ source }}.{{ key }},
        {%- endfor %}
        change.*
    from {{ source }}
    {{ cross_join_rows('change', ['happens_at'] + (parts.sums | list) + (parts.latests | list), rows) }}
)
{%- endmacro %}
