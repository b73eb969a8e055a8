{#
    One step of all questions at once: each goes from a node of the tree to that of its children where its place is. Changes go along.

    columns   of the rows that take the step
    keys      those of them that tell keys apart
    line      select of the rows, with node, digit and own_digit at this step, how_many and place_wanted
    bits      of a digit
    onwards   the condition for changes to go along, to a further step; none after the last
#}
{% macro _search_step(parts, columns, keys, line, bits, onwards) %}
{%- set size = 2 ** bits -%}
{#- Only a pair of a value and a count comes and goes around a spine row. -#}
{%- set with_pairs = parts.ordereds.values() | selectattr('order_by', 'equalto', 'frequency') | list -%}
select
    {{ columns | join(',\n    ') }},
    number_there as how_many,
    place_there - case
        when place_there <= upto_0 then 0
        {%- for digit in range(size - 2) %}
        when place_there <= upto_{{ digit + 1 }} then upto_{{ digit }}
        {%- endfor %}
        else upto_{{ size - 2 }}
    end as place_wanted,
    node * {{ size }} + case
        {%- for digit in range(size - 1) %}
        when place_there <= upto_{{ digit }} then {{ digit }}
        {%- endfor %}
        else {{ size - 1 }}
    end as node
from (
    -- How many there are in all says which place a question asks for.
    select
        *,
        coalesce(how_many, n) as number_there,
        coalesce(place_wanted, {{ truepoint._place_asked(parts) }}) as place_there
    from (
        -- How many are there, but for the own event: in the whole node (n), and in its first children (upto_0, …).
        select
            *,
            (sum(step) over line) - case when own_digit is null then 0 else 1 end as n
            {%- for digit in range(size - 1) %},
            (sum(case when digit <= {{ digit }} then step else 0 end) over line) - case when own_digit <= {{ digit }} then 1 else 0 end as upto_{{ digit }}
            {%- endfor %}
        from (
            {{ line | indent(12) }}
        ) as line_rows
        window line as (
            partition by {{ keys | join(', ') }}, part, node
            {{ truepoint._history_order() if with_pairs else 'order by happens_at, place' }}
            rows between unbounded preceding and current row
        )
    ) as counted
) as asked
where
    place_there between 1 and n
    {%- if onwards %}
    or {{ onwards }}
    {%- endif %}
{%- endmacro %}

{# The columns of `ordered_rows`. #}
{% macro _get_ordered_columns(view) %}
    {{ return(truepoint._get_ordered_key(view).columns + ['part', 'in_order', 'happens_at', 'spine_id', 'place', 'step', 'question', 'own_in_order']) }}
{% endmacro %}

{# The place that a question asks for, over `n`. #}
{% macro _place_asked(parts) %}
    {% set cases = [] %}
    {% for place in parts.places %}
        {% do cases.append('when ' ~ loop.index0 ~ ' then ' ~ place) %}
    {% endfor %}
    {{ return('cast(case question ' ~ (cases | join(' ')) ~ ' end as bigint)') }}
{% endmacro %}
