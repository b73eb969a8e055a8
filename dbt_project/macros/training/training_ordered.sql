{#
    CTEs for what stands at a place in an order: the least value, a percentile, the k first events, the most frequent values. End in `ordered`: one
    row per spine row that sees anything.

    The things in order have a rank, 1, 2, … per key, and are there while they are visible. A question, which rank has the thing at place p among
    those that a spine row sees?, walks down a tree over the ranks, a digit at each step: along the line of time, running counts in each
    node of the tree tell how many of the things that are there lie in its first child, in its first two, …; so the question finds the child that
    its place is in. All questions walk at once: a step is one sort of changes and questions, and a key takes as many steps as its ranks have digits.
    So the cost is linear in events and spine rows, times the logarithm of a key's events, whatever the windows hold. The event that a spine row
    decides on is taken off the counts of its own questions.

    Where the engine keeps a CTE that is read more than once (keeps_ctes), a key's questions begin at its own first digit; else, where each reading
    would compute it again, changes and questions go through all steps in one stream.

    It is a wavelet tree (Grossi, Gupta, Vitter: "High-order entropy-compressed text indexes", 2003) asked for range quantiles (Gagie, Puglisi,
    Turpin: "Range quantile queries", 2009), read by level for all questions together.
#}
{% macro training_ordered(view, parts) %}
{%- set levels = range(get_digits().levels) | reverse | list -%}
{%- for column, part in parts.ordereds.items() if part.order_by == 'frequency' -%}
{{ training_frequency(view, column, part) }},

{% endfor -%}
{{ ordered_changes(view, parts) }},

{{ ordered_questions(view, parts) }},
{% for level in levels %}
{{ ordered_step(view, parts, level, loop.first) }},
{% endfor %}
{{ ordered_answers(view, parts) }}
{%- endmacro %}

{# How many digits a rank has, and how many bits a digit: {levels, bits}. A key with more ranks stops the statement. #}
{% macro get_digits() %}
    {{ return(adapter.dispatch('get_digits', 'truepoint')()) }}
{% endmacro %}

{# 16 million ranks; each digit is a shuffle. #}
{% macro default__get_digits() %}
    {{ return({'levels': 6, 'bits': 4}) }}
{% endmacro %}

{# 134 million ranks; keys with few take few steps. Fewer bits cost more sorts, more bits more running counts: of 2 to 5, 3 took the least time. #}
{% macro postgres__get_digits() %}
    {{ return({'levels': 9, 'bits': 3}) }}
{% endmacro %}

{# The rank of an event, or of its value, in an ordered part; null where the part leaves it out. #}
{% macro get_rank(event, column, part) %}
    {% set rank = event ~ (part.ranking ~ '_rank' if part.ranking else 'event_rank') %}
    {% set conditions = [] %}
    {% if part.where %}
        {% do conditions.append(event ~ column ~ '_where') %}
    {% endif %}
    {% if part.ranking %}
        {% do conditions.append(event ~ part.ranking ~ ' is not null') %}
    {% endif %}
    {{ return('case when ' ~ (conditions | join(' and ')) ~ ' then ' ~ rank ~ ' end' if conditions else rank) }}
{% endmacro %}

{#
    CTEs for the most frequent values, in which the things in order are pairs of a value and a count. A pair is there while the value is seen that
    often; a greater count stands before a lesser.
#}
{% macro training_frequency(view, column, part) %}
{%- set keys = view.entity | join(', ') -%}
{%- set value = column ~ '_value' -%}
-- {{ column }}: how often each value is seen, from each change on.
{{ column }}_steps as (
    {{- value_steps(view, column, part) }}
),

{{ column }}_moments as (
    select
        {{ keys }},
        {{ value }},
        happens_at,
        spine_id,
        place,
        sum(events_seen) as events_seen
    from {{ column }}_steps
    group by {{ keys }}, {{ value }}, happens_at, spine_id, place
),

{{ column }}_counts as (
    select
        *,
        sum(events_seen) over (
            partition by {{ keys }}, {{ value }}
            {{ history_order() }}
            rows between unbounded preceding and current row
        ) as how_often
    from {{ column }}_moments
    where events_seen <> 0
),

{{ column }}_pairs as (
    select
        {%- for key in view.entity %}
        counts.{{ key }},
        {%- endfor %}
        counts.{{ value }},
        counts.happens_at,
        counts.spine_id,
        counts.place,
        pair.how_often,
        pair.step
    from {{ column }}_counts as counts
    {{ cross_join_rows('pair', ['how_often', 'step'], [['counts.how_often - counts.events_seen', '-1'], ['counts.how_often', '1']], one_per_line=false) }}
    where pair.how_often > 0
),

{{ column }}_ranked as (
    select
        *,
        dense_rank() over (partition by {{ keys }} order by how_often desc, {{ value }}) as in_order
    from {{ column }}_pairs
)
{%- endmacro %}

{# CTE `ordered_changes`: what comes into an order, and what leaves it, and when. `part` numbers the parts. #}
{% macro ordered_changes(view, parts) %}
{%- set rows = [] -%}
{%- for column, part in parts.ordereds.items() if part.order_by != 'frequency' -%}
    {%- set number = get_part_number(parts, column) | string -%}
    {%- set rank = get_rank('events.', column, part) -%}
    {%- do rows.append([number, rank, visible_from('events.event_time', 'events.known_at', part.feature.offset_seconds), '1']) -%}
    {%- if part.feature.seconds -%}
        {%- do rows.append([number, rank, visible_until('events.event_time', 'events.known_at', part.feature.offset_seconds, part.feature.seconds), '-1']) -%}
    {%- endif -%}
{%- endfor -%}
{%- set branches = [] -%}
{%- if rows -%}
    {%- do branches.append(ordered_event_changes(view, rows)) -%}
{%- endif -%}
{%- for column, part in parts.ordereds.items() if part.order_by == 'frequency' -%}
    {%- do branches.append(ordered_pair_changes(view, column, get_part_number(parts, column))) -%}
{%- endfor -%}
{%- if keeps_ctes() -%}
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
-- What comes into an order (1) and leaves it (-1), and when. Parts: {% for column in parts.ordereds %}{{ get_part_number(parts, column) }} {{ column }}{{ ', ' if not loop.last }}{% endfor %}.
ordered_changes as (
{{- branches | join('    union all') }})
{%- endmacro %}

{% macro get_part_number(parts, column) %}
    {{ return((parts.ordereds | list).index(column)) }}
{% endmacro %}

{% macro ordered_event_changes(view, rows) %}
    select
        {{ ordered_key_columns('events', view) }},
        change.part,
        change.in_order,
        change.happens_at,
        {{ typed_null('text') }} as spine_id,
        {{ get_places().change }} as place,
        change.step
    from events
    {{- join_key_sizes('events', view) }}
    {{ cross_join_rows('change', ['part', 'in_order', 'happens_at', 'step'], rows) }}
    where change.in_order is not null
{% endmacro %}

{% macro ordered_pair_changes(view, column, number) %}
    select
        {{ ordered_key_columns('ranked', view) }},
        {{ number }} as part,
        ranked.in_order,
        ranked.happens_at,
        ranked.spine_id,
        ranked.place,
        ranked.step
    from {{ column }}_ranked as ranked
    {{- join_key_sizes('ranked', view) }}
{% endmacro %}

{# The key of a row on the line of time. A number is quicker to sort than the key itself. #}
{% macro get_line_keys(view) %}
    {{ return(['key_number'] if keeps_ctes() else view.entity) }}
{% endmacro %}

{% macro ordered_key_columns(relation, view) %}
    {% if keeps_ctes() %}
        {{ return('key_sizes.key_number,\n        key_sizes.key_size') }}
    {% endif %}
    {% set columns = [] %}
    {% for key in view.entity %}
        {% do columns.append(relation ~ '.' ~ key) %}
    {% endfor %}
    {{ return(columns | join(',\n        ')) }}
{% endmacro %}

{% macro join_key_sizes(to, view) %}
    {%- if keeps_ctes() %}
    inner join key_sizes
        on {{ same_key(to, 'key_sizes', view.entity) }}
    {%- endif %}
{%- endmacro %}

{% macro same_key(left, right, entity) %}
    {% set conditions = [] %}
    {% for key in entity %}
        {% do conditions.append(left ~ '.' ~ key ~ ' = ' ~ right ~ '.' ~ key) %}
    {% endfor %}
    {{ return(conditions | join(' and ')) }}
{% endmacro %}

{# CTE `ordered_questions`: what each spine row asks of each part. `own_in_order` is the rank of its own event, where that would be counted. #}
{% macro ordered_questions(view, parts) %}
{%- set rows = [] -%}
{%- for column, part in parts.ordereds.items() -%}
    {%- set own = typed_null('bigint') -%}
    {%- if view.decides and part.order_by != 'frequency' -%}
        {%- set own = 'case when ' ~ own_is_in_window(part) ~ ' then cast(spine.own_' ~ column ~ ' as bigint) end' -%}
    {%- endif -%}
    {%- for question in parts.asked[column] -%}
        {%- do rows.append([get_part_number(parts, column) | string, question | string, own]) -%}
    {%- endfor -%}
{%- endfor -%}
-- What each spine row asks. Questions, by their place: {% for place in parts.places %}{{ loop.index0 }} {{ place }}{{ ', ' if not loop.last }}{% endfor %}; n is how many it sees.
ordered_questions as (
    select
        {{ ordered_key_columns('spine', view) }},
        spine.happens_at,
        spine.spine_id,
        asked.part,
        asked.question,
        asked.own_in_order
    from spine
    {{- join_key_sizes('spine', view) }}
    {{ cross_join_rows('asked', ['part', 'question', 'own_in_order'], rows, one_per_line=false) }}
)
{%- endmacro %}

{#
    CTEs of one step: each question goes from a node of the tree to that of its children where its place is. Ends in `ordered_step_<level>`; in one
    stream, that holds the changes too.
#}
{% macro ordered_step(view, parts, level, is_first) %}
{%- set bits = get_digits().bits -%}
{%- set size = 2 ** bits -%}
{%- set keys = get_line_keys(view) | join(', ') -%}
{%- set one_stream = not keeps_ctes() -%}
{#- Only a pair of a value and a count comes and goes around a spine row. -#}
{%- set with_pairs = parts.ordereds.values() | selectattr('order_by', 'equalto', 'frequency') | list -%}
{%- set node = shift_right('in_order', bits * (level + 1)) -%}
{%- set digit = shift_right('in_order', bits * level) ~ ' & ' ~ (size - 1) -%}
-- Digit {{ level }} of the ranks{{ '' if one_stream else ': the first for keys of ' ~ size ** level ~ ' ranks and more' }}{{ '' if one_stream or is_first else ', fewer than ' ~ size ** (level + 1) }}.
ordered_line_{{ level }} as (
    {%- if is_first or not one_stream %}
    select
        {{ keys }},
        part,
        {{ checked_rank(size ** (level + 1)) if is_first else 'in_order' }} as in_order,
        {{ node }} as node,
        {{ digit }} as digit,
        happens_at,
        spine_id,
        place,
        step,
        {{ typed_null('integer') }} as question,
        {{ typed_null('bigint') }} as own_in_order,
        {{ typed_null('bigint') }} as how_many,
        {{ typed_null('bigint') }} as wanted
    from ordered_changes
    {%- if level and not one_stream %}
    where key_size >= {{ size ** level }}
    {%- endif %}
    union all
    select
        {{ keys }},
        part,
        {{ typed_null('bigint') }} as in_order,
        0 as node,
        0 as digit,
        happens_at,
        spine_id,
        {{ get_places().asked }} as place,
        0 as step,
        question,
        own_in_order,
        {{ typed_null('bigint') }} as how_many,
        {{ typed_null('bigint') }} as wanted
    from ordered_questions
    {%- if not one_stream %}
    where
        key_size >= {{ size ** level if level else 0 }}
        {%- if not is_first %}
        and key_size < {{ size ** (level + 1) }}
        {%- endif %}
    {%- endif %}
    {%- endif %}
    {%- if not is_first %}
    {%- if not one_stream %}
    union all
    {%- endif %}
    select
        {{ keys }},
        part,
        in_order,
        {{ 'coalesce(' ~ node ~ ', node)' if one_stream else 'node' }} as node,
        {{ 'coalesce(' ~ digit ~ ', 0)' if one_stream else '0' }} as digit,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many,
        wanted
    from ordered_step_{{ level + 1 }}
    {%- endif %}
),

-- How many are there, in the whole node and in its first children; the own event is the {{ size }}th child's where it is in another node.
ordered_counts_{{ level }} as (
    select
        *,
        case when {{ shift_right('own_in_order', bits * (level + 1)) }} = node then {{ shift_right('own_in_order', bits * level) }} & {{ size - 1 }} else {{ size }} end as own_digit,
        sum(step) over line as n
        {%- for digit in range(size - 1) %},
        sum(case when digit <= {{ digit }} then step else 0 end) over line as upto_{{ digit }}
        {%- endfor %}
    from ordered_line_{{ level }}
    window line as (
        partition by {{ keys }}, part, node
        {{ history_order() if with_pairs else 'order by happens_at, place' }}
        rows between unbounded preceding and current row
    )
),

ordered_others_{{ level }} as (
    select
        {{ keys }},
        part,
        in_order,
        node,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many,
        wanted,
        n - case when own_digit < {{ size }} then 1 else 0 end as n
        {%- for digit in range(size - 1) %},
        upto_{{ digit }} - case when own_digit <= {{ digit }} then 1 else 0 end as upto_{{ digit }}
        {%- endfor %}
    from ordered_counts_{{ level }}
    {%- if not one_stream %}
    where question is not null
    {%- endif %}
),

ordered_places_{{ level }} as (
    select
        {%- if is_first or not one_stream %}
        *,
        coalesce(how_many, n) as how_many_there,
        coalesce(wanted, case question{% for place in parts.places %} when {{ loop.index0 }} then {{ place }}{% endfor %} end) as place_wanted
        {%- else %}
        *,
        how_many as how_many_there,
        wanted as place_wanted
        {%- endif %}
    from ordered_others_{{ level }}
),

ordered_step_{{ level }} as (
    select
        {{ keys }},
        part,
        in_order,
        happens_at,
        spine_id,
        place,
        step,
        question,
        own_in_order,
        how_many_there as how_many,
        node * {{ size }} + case
            {%- for digit in range(size - 1) %}
            when place_wanted <= upto_{{ digit }} then {{ digit }}
            {%- endfor %}
            else {{ size - 1 }}
        end as node,
        place_wanted - case
            when place_wanted <= upto_0 then 0
            {%- for digit in range(size - 2) %}
            when place_wanted <= upto_{{ digit + 1 }} then upto_{{ digit }}
            {%- endfor %}
            else upto_{{ size - 2 }}
        end as wanted
    from ordered_places_{{ level }}
    where place_wanted between 1 and n{{ ' or question is null' if one_stream and level }}
)
{%- endmacro %}

{# A rank; one that has too many digits stops the statement. #}
{% macro checked_rank(bound) %}
    {{ return('case when in_order < ' ~ bound ~ ' then in_order else ' ~ raise_number('a key has more ranks than ' ~ bound ~ ': ', 'in_order') ~ ' end') }}
{% endmacro %}

{# CTEs `…_things`, what each rank stands for, and `ordered`, the answers of a spine row in one row. #}
{% macro ordered_answers(view, parts) %}
{%- set things = {} -%}
{%- for column, part in parts.ordereds.items() -%}
    {%- set name = 'event_things' if part.order_by == 'event' else (part.ranking or column) ~ '_things' -%}
    {%- do things.setdefault(name, {'part': part, 'column': column, 'numbers': []}).numbers.append(get_part_number(parts, column)) -%}
{%- endfor -%}
{%- for name, thing in things.items() if thing.part.order_by != 'event' -%}
{%- set is_value = thing.part.order_by == 'value' -%}
{{ name }} as (
    select distinct
        {%- for key in view.entity %}
        {{ key }},
        {%- endfor %}
        {{ thing.part.ranking ~ '_rank' if is_value else 'in_order' }} as in_order,
        {{ thing.part.ranking if is_value else thing.column ~ '_value' }} as value
    from {{ 'events' if is_value else thing.column ~ '_ranked' }}
    {%- if is_value %}
    where {{ thing.part.ranking }} is not null
    {%- endif %}
),

{% endfor -%}
-- The answers of a spine row.
ordered as (
    select
        found.spine_id
        {%- for column, part in parts.ordereds.items() %}
        {%- set number = get_part_number(parts, column) %}
        {%- set value = 'event_things.' ~ column ~ '_value' if part.order_by == 'event' else (part.ranking or column) ~ '_things.value' %},
        max(case when found.part = {{ number }} then found.how_many end) as {{ column }}_n
        {%- for name, entry in get_ordered_entries(view, parts, column).items() %},
        {{ get_ordered_value(entry, value, number) }} as {{ name }}
        {%- endfor %}
        {%- endfor %}
    from ordered_step_0 as found
    {%- if keeps_ctes() %}
    inner join key_sizes
        on found.key_number = key_sizes.key_number
    {%- endif %}
    {%- for name, thing in things.items() %}
    left join {{ 'events as event_things' if thing.part.order_by == 'event' else name }}
        on
            found.part in ({{ thing.numbers | join(', ') }})
            and {{ same_key('key_sizes' if keeps_ctes() else 'found', name, view.entity) }}
            and found.node = {{ name }}.{{ 'event_rank' if thing.part.order_by == 'event' else 'in_order' }}
    {%- endfor %}
    group by found.spine_id
)
{%- endmacro %}

{# The columns of `ordered` that an ordered part's features need: name -> {questions, is_array, is_time}. #}
{% macro get_ordered_entries(view, parts, column) %}
    {% set entries = {} %}
    {% for feature in view.features %}
        {% set columns = parts.by_feature[feature.name] %}
        {% if columns.column == column %}
            {% set questions = columns.positions.values() | list %}
            {% if feature.type.endswith('[]') %}
                {% do entries.update({get_items_name(columns): {'questions': questions, 'is_array': true}}) %}
            {% else %}
                {% for question in questions %}
                    {% set is_time = parts.ordereds[column].order_by == 'event' and not parts.ordereds[column].of %}
                    {% do entries.update({column ~ '_' ~ question: {'questions': [question], 'is_time': is_time}}) %}
                {% endfor %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {{ return(entries) }}
{% endmacro %}

{% macro get_items_name(columns) %}
    {{ return(columns.column ~ '_' ~ columns.take['from'] ~ '_' ~ columns.take.k) }}
{% endmacro %}

{% macro get_ordered_value(entry, value, number) %}
    {% set condition = 'found.part = ' ~ number ~ ' and found.question ' ~ ('in (' ~ (entry.questions | join(', ')) ~ ')' if entry.is_array else '= ' ~ entry.questions[0]) %}
    {{ return(collected(value, 'found.question', condition) if entry.is_array else only_value('event_things.event_time' if entry.is_time else value, condition)) }}
{% endmacro %}

{# SQL of an ordered aggregate's partials over the CTE `ordered`. #}
{% macro get_ordered_partial(partial, columns) %}
    {% set column = 'ordered.' ~ columns.column %}
    {% do partial.update({'n': column ~ '_n'}) %}
    {% for name, question in columns.positions.items() %}
        {% do partial.update({name: column ~ '_' ~ question}) %}
    {% endfor %}
    {% if columns.take %}
        {% set item = column ~ '_' ~ columns.positions[1] %}
        {% do partial.update({'item': item, 'item_time': item, 'items': 'ordered.' ~ get_items_name(columns)}) %}
    {% endif %}
    {{ return(partial) }}
{% endmacro %}
