{#
    Postgres: the step is written once, and a recursive CTE takes it until no digit is left. Each key begins at the first digit of its own ranks, so
    keys with few take few steps. Fewer bits cost more sorts, more bits more running counts: of 2 to 5, 3 took the least time.
#}
{% macro postgres___add_search(ctes, view, parts) %}
{% set bits = 3 %}
{% set columns = truepoint._get_ordered_columns(view) %}
{% set line %}
select
    {{ columns | reject('equalto', 'bits_left') | join(',\n    ') }},
    how_many,
    place_wanted,
    bits_left - {{ bits }} as bits_left,
    coalesce({{ truepoint._shift_right('in_order', 'bits_left') }}, node) as node,
    coalesce({{ truepoint._shift_right('in_order', '(bits_left - ' ~ bits ~ ')') }} & {{ 2 ** bits - 1 }}, 0) as digit,
    case
        when {{ truepoint._shift_right('own_in_order', 'bits_left') }} = node
            then {{ truepoint._shift_right('own_in_order', '(bits_left - ' ~ bits ~ ')') }} & {{ 2 ** bits - 1 }}
    end as own_digit
from search
where bits_left > 0
{% endset %}
{% set comment %}
All questions walk down a tree over the ranks of their key, a digit of {{ bits }} bits at each step. In a node, running counts
along the line of time say how many of the things that are there lie in its first child, its first two, …: so a
question finds the child that its place is in, and which place it wants there. Changes (no question) go along.
{%- endset %}
{% call truepoint._add_cte(ctes, 'search', comment | trim, reads_itself=true) %}
select
    {{ columns | join(',\n    ') }},
    cast(null as bigint) as how_many,
    cast(null as bigint) as place_wanted,
    cast(0 as bigint) as node
from ordered_rows
union all
{{ truepoint._search_step(parts, columns, ['key_number'], line | trim, bits, '(question is null and bits_left > 0)') }}
{% endcall %}

{% call truepoint._add_cte(ctes, 'found', 'The questions at their ends: node is the rank that they have found.') %}
select
    {%- for key in view.entity %}
    key_sizes.{{ key }},
    {%- endfor %}
    search.spine_id,
    search.part,
    search.question,
    search.how_many,
    search.node
from search
inner join key_sizes
    on search.key_number = key_sizes.key_number
where
    search.bits_left = 0
    and search.question is not null
{% endcall %}
{% endmacro %}

{# A number is quicker to sort than the key itself. #}
{% macro postgres___get_ordered_key(view) %}
    {{ return({'relation': 'key_sizes', 'columns': ['key_number', 'bits_left']}) }}
{% endmacro %}

{% macro postgres___add_key_sizes(ctes, view) %}
{% set comment = 'A number for each key, and how many bits its ranks have, in whole digits of 3: no rank is greater than the number of events.' %}
{% call truepoint._add_cte(ctes, 'key_sizes', comment) %}
select
    {%- for key in view.entity %}
    {{ key }},
    {%- endfor %}
    row_number() over () as key_number,
    (length(ltrim(cast(cast(count(*) as bit(64)) as text), '0')) + 2) / 3 * 3 as bits_left
from events
group by {{ view.entity | join(', ') }}
{% endcall %}
{% endmacro %}
