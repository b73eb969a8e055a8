{#
    CTE `ordered_rows`: what comes into an order and leaves it, and what each spine row asks of it, on one line of time. `part` numbers the parts,
    `question` the places that are asked for; `own_in_order` is the rank of the spine row's own event, where that would be counted.
#}
{% macro _add_ordered_rows(ctes, view, parts) %}
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
{%- set numbers = [] -%}
{%- for column in parts.ordereds -%}
    {%- do numbers.append(truepoint._get_part_number(parts, column) ~ ' ' ~ column) -%}
{%- endfor -%}
{%- set places = [] -%}
{%- for place in parts.places -%}
    {%- do places.append(loop.index0 ~ ' ' ~ place) -%}
{%- endfor -%}
{%- set comment = [
    'What comes into an order (step 1) and leaves it (-1), and what each spine row asks (0).',
    'Parts: ' ~ (numbers | join(', ')) ~ '.',
    'Questions, by their place: ' ~ (places | join(', ')) ~ '; n is how many it sees.',
] -%}
{% call truepoint._add_cte(ctes, 'ordered_rows', comment | join('\n')) %}
{{ branches | join('union all\n') }}
{% endcall %}
{% endmacro %}

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
{{- truepoint._join_ordered_key('events', view) }}
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
{{- truepoint._join_ordered_key('ranked', view) }}
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
{{- truepoint._join_ordered_key('spine', view) }}
{{ truepoint._cross_join_rows('asked', ['part', 'question', 'own_in_order'], questions, one_per_line=false) }}
{% endmacro %}

{% macro _ordered_key_columns(relation, view) %}
    {% set key = truepoint._get_ordered_key(view) %}
    {% set columns = [] %}
    {% for column in key.columns %}
        {% do columns.append((key.relation or relation) ~ '.' ~ column) %}
    {% endfor %}
    {{ return(columns | join(',\n    ')) }}
{% endmacro %}

{% macro _join_ordered_key(to, view) %}
    {%- set key = truepoint._get_ordered_key(view) %}
    {%- if key.relation %}
inner join {{ key.relation }}
    on {{ truepoint._same_key(to, key.relation, view.entity) }}
    {%- endif %}
{%- endmacro %}
