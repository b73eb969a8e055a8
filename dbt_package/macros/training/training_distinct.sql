{#
    CTEs for one count of distinct values. Per key and value, a running count of visible events says when the value is present; coming and
    going change the number of values by one.
#}
{% macro _add_distinct(ctes, view, column, part) %}
{% set keys = view.entity %}
{% set value = column ~ '_value' %}
{% call truepoint._add_cte(ctes, column ~ '_timeline', 'Where an event that holds a value comes and goes.') %}
{{ truepoint._value_steps(view, column, part) }}
{% endcall %}

{% call truepoint._add_cte(ctes, column ~ '_running', 'How many visible events hold each value, from each step on.') %}
select
    *,
    sum(events_seen) over (
        partition by {{ keys | join(', ') }}, {{ value }}
        {{ truepoint._history_order() }}
        rows between unbounded preceding and current row
    ) as events_present
from {{ column }}_timeline
{% endcall %}

{% call truepoint._add_cte(ctes, column ~ '_changes', 'Where a value comes, with its first visible event (1), or goes, with its last (-1).') %}
select
    {%- for key in keys %}
    {{ key }},
    {%- endfor %}
    happens_at,
    spine_id,
    place,
    case when events_present > 0 then 1 else -1 end as {{ column }}
from {{ column }}_running
where (events_present > 0) <> (events_present - events_seen > 0)
{% endcall %}
{% endmacro %}
