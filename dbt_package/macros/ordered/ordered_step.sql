{#
    CTEs of one step: each question goes from a node of the tree to that of its children where its place is. Ends in `ordered_step_<level>`, the
    questions; in one stream, that holds the changes too.
#}
{% macro _ordered_step(view, parts, level, is_first) %}
{%- set bits = truepoint._get_digits().bits -%}
{%- set size = 2 ** bits -%}
{%- set line_keys = truepoint._get_line_keys(view) | join(', ') -%}
{%- set one_stream = not truepoint._keeps_ctes() -%}
{%- set begins = is_first or not one_stream -%}
{#- Only a pair of a value and a count comes and goes around a spine row. -#}
{%- set with_pairs = parts.ordereds.values() | selectattr('order_by', 'equalto', 'frequency') | list -%}
{%- set node = truepoint._shift_right('in_order', bits * (level + 1)) -%}
{%- set digit = truepoint._shift_right('in_order', bits * level) ~ ' & ' ~ (size - 1) -%}
{%- set own_node = truepoint._shift_right('own_in_order', bits * (level + 1)) -%}
{%- set own_digit = truepoint._shift_right('own_in_order', bits * level) ~ ' & ' ~ (size - 1) -%}
-- Digit {{ level }} of the ranks{{ '' if one_stream else ': the first for keys of ' ~ size ** level ~ ' ranks and more' }}{{ '' if one_stream or is_first else ', fewer than ' ~ size ** (level + 1) }}.
ordered_line_{{ level }} as (
    {%- if begins %}
    select
        *,
        {{ truepoint._typed_null('bigint') }} as how_many,
        {{ truepoint._typed_null('bigint') }} as wanted,
        coalesce({{ truepoint._checked_node('in_order', node, size ** (level + 1)) if is_first else node }}, 0) as node,
        coalesce({{ digit }}, 0) as digit,
        {{ own_digit }} as own_digit
    from ordered_rows
    {%- if not one_stream %}
    where key_size >= {{ size ** level if level else 0 }}{{ '' if is_first else ' and (question is null or key_size < ' ~ size ** (level + 1) ~ ')' }}
    {%- endif %}
    {%- endif %}
    {%- if not is_first %}
    {%- if begins %}
    union all
    {%- endif %}
    select
        {%- if one_stream %}
        {{ truepoint._ordered_columns(view, parts) }},
        coalesce({{ node }}, node) as node,
        coalesce({{ digit }}, 0) as digit,
        {%- else %}
        *,
        0 as digit,
        {%- endif %}
        case when {{ own_node }} = node then {{ own_digit }} end as own_digit
    from ordered_step_{{ level + 1 }}
    {%- endif %}
),

-- How many are there, but for the own event: in the whole node, and in its first children.
ordered_counts_{{ level }} as (
    select
        *,
        (sum(step) over line) - case when own_digit is null then 0 else 1 end as n
        {%- for digit in range(size - 1) %},
        (sum(case when digit <= {{ digit }} then step else 0 end) over line) - case when own_digit <= {{ digit }} then 1 else 0 end as upto_{{ digit }}
        {%- endfor %}
    from ordered_line_{{ level }}
    window line as (
        partition by {{ line_keys }}, part, node
        {{ truepoint._history_order() if with_pairs else 'order by happens_at, place' }}
        rows between unbounded preceding and current row
    )
),

ordered_places_{{ level }} as (
    select
        *,
        {{ 'coalesce(how_many, n)' if begins else 'how_many' }} as how_many_there,
        {{ 'coalesce(wanted, ' ~ truepoint._place_asked(parts) ~ ')' if begins else 'wanted' }} as place_wanted
    from ordered_counts_{{ level }}
    {%- if not one_stream %}
    where question is not null
    {%- endif %}
),

ordered_step_{{ level }} as (
    select
        {{ truepoint._ordered_columns(view, parts, how_many='how_many_there as how_many', wanted=none) }},
        place_wanted - case
            when place_wanted <= upto_0 then 0
            {%- for digit in range(size - 2) %}
            when place_wanted <= upto_{{ digit + 1 }} then upto_{{ digit }}
            {%- endfor %}
            else upto_{{ size - 2 }}
        end as wanted,
        node * {{ size }} + case
            {%- for digit in range(size - 1) %}
            when place_wanted <= upto_{{ digit }} then {{ digit }}
            {%- endfor %}
            else {{ size - 1 }}
        end as node
    from ordered_places_{{ level }}
    where place_wanted between 1 and n{{ ' or question is null' if one_stream and level }}
)
{%- endmacro %}

{# The columns of `ordered_rows`, and what a question has learnt on its way: how many things its row sees, and which place it wants in its node. #}
{% macro _ordered_columns(view, parts, how_many='how_many', wanted='wanted') %}
    {% set columns = truepoint._get_line_keys(view) + (['key_size'] if truepoint._keeps_ctes() else []) %}
    {% set columns = columns + ['part', 'in_order', 'happens_at', 'spine_id', 'place', 'step', 'question', 'own_in_order', how_many] %}
    {{ return((columns + ([wanted] if wanted else [])) | join(',\n        ')) }}
{% endmacro %}

{# The place that a question asks for, over `n`. #}
{% macro _place_asked(parts) %}
    {% set cases = [] %}
    {% for place in parts.places %}
        {% do cases.append('when ' ~ loop.index0 ~ ' then ' ~ place) %}
    {% endfor %}
    {{ return('case question ' ~ (cases | join(' ')) ~ ' end') }}
{% endmacro %}

{# The node of a rank at the first step; a rank that has too many digits stops the statement. #}
{% macro _checked_node(rank, node, bound) %}
    {{ return('case when ' ~ rank ~ ' >= ' ~ bound ~ ' then ' ~ truepoint._raise_number('a key has more ranks than ' ~ bound ~ ': ', rank) ~ ' else ' ~ node ~ ' end') }}
{% endmacro %}
