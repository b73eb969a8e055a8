{#
    Engines that compute a CTE again at each reading, and have no recursion over many rows, as Spark: a CTE for each digit, over the one before it. Changes and
    questions go through all of them in one stream. 16 million ranks; each digit is a shuffle. A key with more ranks stops the statement.
#}
{% macro default___add_search(ctes, view, parts) %}
{% set bits = 4 %}
{% set levels = 6 %}
{% set bound = 2 ** (bits * levels) %}
{% set columns = truepoint._get_ordered_columns(view) %}
{% set comment %}
All questions walk down a tree over the ranks of their key, a digit of {{ bits }} bits at each of {{ levels }} steps, which are alike but for the digit. In a
node, running counts along the line of time say how many of the things that are there lie in its first child, its first
two, …: so a question finds the child that its place is in, and which place it wants there. Changes (no question) go along.
{%- endset %}
{% for level in range(levels) | reverse %}
{% set node = truepoint._shift_right('in_order', bits * (level + 1)) %}
{% set own_node = truepoint._shift_right('own_in_order', bits * (level + 1)) %}
{% set line %}
select
    {{ columns | join(',\n    ') }},
    {{ truepoint._typed_null('bigint') ~ ' as how_many' if loop.first else 'how_many' }},
    {{ truepoint._typed_null('bigint') ~ ' as place_wanted' if loop.first else 'place_wanted' }},
    {{ 'coalesce(' ~ (truepoint._checked_node('in_order', node, bound) if loop.first else node) ~ ', ' ~ ('0' if loop.first else 'node') ~ ')' }} as node,
    coalesce({{ truepoint._shift_right('in_order', bits * level) }} & {{ 2 ** bits - 1 }}, 0) as digit,
    {% if not loop.first %}case when {{ own_node }} = node then {% endif %}
    {{- truepoint._shift_right('own_in_order', bits * level) }} & {{ 2 ** bits - 1 }}{{ ' end' if not loop.first }} as own_digit
from {{ 'ordered_rows' if loop.first else 'digit_' ~ (level + 1) }}
{% endset %}
{% call truepoint._add_cte(ctes, 'found' if loop.last else 'digit_' ~ level, comment | trim if loop.first else 'The same for the next digit' ~ (', the last: node is now the rank' if loop.last else '') ~ '.') %}
{{ truepoint._search_step(parts, columns, view.entity, line | trim, bits, none if loop.last else 'question is null') }}
{% endcall %}
{% endfor %}
{% endmacro %}

{% macro default___get_ordered_key(view) %}
    {{ return({'relation': none, 'columns': view.entity}) }}
{% endmacro %}

{# Joining a relation that is computed again would cost more than it saves. #}
{% macro default___add_key_sizes(ctes, view) %}
    {{ return(none) }}
{% endmacro %}

{# The node of a rank at the first step; a rank that has too many digits stops the statement. #}
{% macro _checked_node(rank, node, bound) %}
    {{ return('case when ' ~ rank ~ ' >= ' ~ bound ~ ' then ' ~ truepoint._raise_number('a key has more ranks than ' ~ bound ~ ': ', rank) ~ ' else ' ~ node ~ ' end') }}
{% endmacro %}
