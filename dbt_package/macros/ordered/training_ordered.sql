{#
    CTEs for what stands at a place in an order: the least value, a percentile, the k first events, the most frequent values. End in `ordered`: one
    row per spine row that sees anything.

    The things in order have a rank, 1, 2, … per key, and are there while they are visible. A question, which rank has the thing at place p among
    those that a spine row sees?, walks down a tree over the ranks, a digit at each step: along the line of time, running counts in each
    node of the tree tell how many of the things that are there lie in its first child, in its first two, …; so the question finds the child that
    its place is in. All questions walk at once: a step is one sort of changes and questions, and a key takes as many steps as its ranks have digits.
    So the cost is linear in events and spine rows, times the logarithm of a key's events, whatever the windows hold. The event that a spine row
    decides on is taken off the counts of its own questions.

    It is a wavelet tree (Grossi, Gupta, Vitter: "High-order entropy-compressed text indexes", 2003) asked for range quantiles (Gagie, Puglisi,
    Turpin: "Range quantile queries", 2009), read by level for all questions together.
#}
{% macro _add_ordered(ctes, view, parts) %}
{% for column, part in parts.ordereds.items() if part.order_by == 'frequency' %}
    {% do truepoint._add_frequencies(ctes, view, column, part) %}
{% endfor %}
{% do truepoint._add_key_sizes(ctes, view) %}
{% do truepoint._add_ordered_rows(ctes, view, parts) %}
{% do truepoint._add_things(ctes, view, parts) %}
{% do truepoint._add_search(ctes, view, parts) %}
{% do truepoint._add_ordered_answers(ctes, view, parts) %}
{% endmacro %}

{# CTE `found`: for each question that has an answer, its row of `ordered_rows` with the rank (`node`), and how many things the spine row sees (`how_many`). #}
{% macro _add_search(ctes, view, parts) %}
    {{ return(adapter.dispatch('_add_search', 'truepoint')(ctes, view, parts)) }}
{% endmacro %}

{# How a row of `ordered_rows` says whose it is: {relation, columns}; relation is none where the columns are the key's own. #}
{% macro _get_ordered_key(view) %}
    {{ return(adapter.dispatch('_get_ordered_key', 'truepoint')(view)) }}
{% endmacro %}

{# The relation of get_ordered_key(), where there is one. #}
{% macro _add_key_sizes(ctes, view) %}
    {{ return(adapter.dispatch('_add_key_sizes', 'truepoint')(ctes, view)) }}
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

{% macro _same_key(left, right, entity) %}
    {% set conditions = [] %}
    {% for key in entity %}
        {% do conditions.append(left ~ '.' ~ key ~ ' = ' ~ right ~ '.' ~ key) %}
    {% endfor %}
    {{ return(conditions | join(' and ')) }}
{% endmacro %}
