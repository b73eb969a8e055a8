{#
    CTE `ordered_rows`: what comes into an order and leaves it, and what each spine row asks of it, on one line of time. `part` numbers the parts,
    `question` the places that are asked for; `own_in_order` is the rank of the spine row's own event, where that would be counted.
#}
{% macro _ordered_rows(view, parts) %}
{%- set changes = [] -%}
{%- set questions = [] -%}
{%- set branches = [] -%}
{%- for column, part in parts.ordereds.items() -%}
    {%- set number = truepoint._get_part_number(parts, column) | string -%}
    {%- set own = truepoint._typed_null('bigint') -%}
    {%- if part.order_by != 'frequency' -%}
        {%- set rank = 'cast(' ~ truepoint._get_rank('events.', column, part) ~ ' as bigint)' -%}
        {%- do changes.append([number, rank, truepoint._visible_from('events.event_time', 'events.known_at', part.feature.offset_seconds), '1']) -%}
        {%- if part.feature.seconds -%}
            {%- do changes.append([number, rank, truepoint._visible_until('events.event_time', 'events.known_at', part.feature.offset_seconds, part.feature.seconds), '-1']) -%}
        {%- endif -%}
        {%- if view.decides -%}
            {%- set own = 'case when ' ~ truepoint._own_is_in_window(part) ~ ' then cast(spine.own_' ~ column ~ ' as bigint) end' -%}
        {%- endif -%}
    {%- endif -%}
    {%- for question in parts.asked[column] -%}
        {%- do questions.append([number, question | string, own]) -%}
    {%- endfor -%}
{%- endfor -%}
{%- if changes -%}
    {%- do branches.append(truepoint._ordered_event_changes(view, changes)) -%}
{%- endif -%}
{%- for column, part in parts.ordereds.items() if part.order_by == 'frequency' -%}
    {%- do branches.append(truepoint._ordered_pair_changes(view, column, truepoint._get_part_number(parts, column))) -%}
{%- endfor -%}
{%- do branches.append(truepoint._ordered_questions(view, questions)) -%}
{%- if truepoint._keeps_ctes() -%}
-- A number for each key, and how many ranks it has, at most.
key_sizes as (
    select
        {%- for key in view.entity %}
        {{ key }},
        {%- endfor %}
        row_number() over () as key_number,
        count(*) as key_size
    from events
    group by {{ view.entity | join(', ') }}
),

{% endif -%}
-- What comes into an order (step 1) and leaves it (-1), and what each spine row asks (0).
-- Parts: {% for column in parts.ordereds %}{{ truepoint._get_part_number(parts, column) }} {{ column }}{{ ', ' if not loop.last }}{% endfor %}.
-- Questions, by their place: {% for place in parts.places %}{{ loop.index0 }} {{ place }}{{ ', ' if not loop.last }}{% endfor %}; n is how many it sees.
ordered_rows as (
{{- branches | join('    union all') }})
{%- endmacro %}

{% macro _ordered_event_changes(view, changes) %}
    select
        {{ truepoint._ordered_key_columns('events', view) }},
        change.part,
        change.in_order,
        change.happens_at,
        {{ truepoint._typed_null('text') }} as spine_id,
        {{ truepoint._get_places().change }} as place,
        change.step,
        {{ truepoint._typed_null('integer') }} as question,
        {{ truepoint._typed_null('bigint') }} as own_in_order
    from events
    {{- truepoint._join_key_sizes('events', view) }}
    {{ truepoint._cross_join_rows('change', ['part', 'in_order', 'happens_at', 'step'], changes) }}
    where change.in_order is not null
{% endmacro %}

{% macro _ordered_pair_changes(view, column, number) %}
    select
        {{ truepoint._ordered_key_columns('ranked', view) }},
        {{ number }} as part,
        cast(ranked.in_order as bigint) as in_order,
        ranked.happens_at,
        ranked.spine_id,
        ranked.place,
        ranked.step,
        {{ truepoint._typed_null('integer') }} as question,
        {{ truepoint._typed_null('bigint') }} as own_in_order
    from {{ column }}_ranked as ranked
    {{- truepoint._join_key_sizes('ranked', view) }}
{% endmacro %}

{% macro _ordered_questions(view, questions) %}
    select
        {{ truepoint._ordered_key_columns('spine', view) }},
        asked.part,
        {{ truepoint._typed_null('bigint') }} as in_order,
        spine.happens_at,
        spine.spine_id,
        {{ truepoint._get_places().asked }} as place,
        0 as step,
        asked.question,
        asked.own_in_order
    from spine
    {{- truepoint._join_key_sizes('spine', view) }}
    {{ truepoint._cross_join_rows('asked', ['part', 'question', 'own_in_order'], questions, one_per_line=false) }}
{% endmacro %}

{% macro _ordered_key_columns(relation, view) %}
    {% if truepoint._keeps_ctes() %}
        {{ return('key_sizes.key_number,\n        key_sizes.key_size') }}
    {% endif %}
    {% set columns = [] %}
    {% for key in view.entity %}
        {% do columns.append(relation ~ '.' ~ key) %}
    {% endfor %}
    {{ return(columns | join(',\n        ')) }}
{% endmacro %}

{% macro _join_key_sizes(to, view) %}
    {%- if truepoint._keeps_ctes() %}
    inner join key_sizes
        on {{ truepoint._same_key(to, 'key_sizes', view.entity) }}
    {%- endif %}
{%- endmacro %}
