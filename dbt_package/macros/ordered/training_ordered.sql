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
{% macro _training_ordered(view, parts) %}
{%- set levels = range(truepoint._get_digits().levels) | reverse | list -%}
{%- for column, part in parts.ordereds.items() if part.order_by == 'frequency' -%}
{{ truepoint._training_frequency(view, column, part) }},

{% endfor -%}
{{ truepoint._ordered_rows(view, parts) }},
{% for level in levels %}
{{ truepoint._ordered_step(view, parts, level, loop.first) }},
{% endfor %}
{{ truepoint._ordered_answers(view, parts) }}
{%- endmacro %}

{# How many digits a rank has, and how many bits a digit: {levels, bits}. A key with more ranks stops the statement. #}
{% macro _get_digits() %}
    {{ return(adapter.dispatch('_get_digits', 'truepoint')()) }}
{% endmacro %}

{# 16 million ranks; each digit is a shuffle. #}
{% macro default___get_digits() %}
    {{ return({'levels': 6, 'bits': 4}) }}
{% endmacro %}

{# 134 million ranks; keys with few take few steps. Fewer bits cost more sorts, more bits more running counts: of 2 to 5, 3 took the least time. #}
{% macro postgres___get_digits() %}
    {{ return({'levels': 9, 'bits': 3}) }}
{% endmacro %}

{# The rank of an event, or of its value, in an ordered part; null where the part leaves it out. #}
{% macro _get_rank(event, column, part) %}
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

{# The number under which a part stands in `ordered_rows`. #}
{% macro _get_part_number(parts, column) %}
    {{ return((parts.ordereds | list).index(column)) }}
{% endmacro %}

{# The key of a row on the line of time. A number is quicker to sort than the key itself. #}
{% macro _get_line_keys(view) %}
    {{ return(['key_number'] if truepoint._keeps_ctes() else view.entity) }}
{% endmacro %}

{% macro _same_key(left, right, entity) %}
    {% set conditions = [] %}
    {% for key in entity %}
        {% do conditions.append(left ~ '.' ~ key ~ ' = ' ~ right ~ '.' ~ key) %}
    {% endfor %}
    {{ return(conditions | join(' and ')) }}
{% endmacro %}
