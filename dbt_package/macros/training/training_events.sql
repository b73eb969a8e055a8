{#
    CTE `events`: the events that can ever count, and what each adds. `event_rank` numbers a key's events by (event time, known time,
    event id), where a feature takes a value from one of them; `…_rank` numbers a key's values in their order.
#}
{% macro _add_events(ctes, view, parts) %}
{%- set by_event = parts.ordereds.values() | selectattr('order_by', 'equalto', 'event') | list -%}
{%- set ranked = (parts.latests.values() | selectattr('of') | list) + by_event -%}
{% call truepoint._add_cte(
    ctes, 'events', 'The events that can ever count, and what each adds.', computed='in place' if not ranked and not parts.rankings else none
) %}
select
    {{ view.events.event_id }} as event_id,
    {{ view.events.event_time }} as event_time,
    {{ truepoint._get_known_time(view.events) }} as known_at
    {%- for key in view.entity %},
    {{ key }}
    {%- endfor %}
    {%- for name, adds in parts.contributions.items() %},
    {{ adds }} as {{ name }}
    {%- endfor %}
    {%- for column, part in parts.distincts.items() %},
    {{ 'case when ' ~ part.where ~ ' then ' ~ part.of ~ ' end' if part.where else part.of }} as {{ column }}_value
    {%- endfor %}
    {%- for column, part in parts.latests.items() if part.of %},
    {{ part.of }} as {{ column }}_value
    {%- endfor %}
    {%- for column, part in parts.latests.items() if part.where %},
    {{ part.where }} as {{ column }}_where
    {%- endfor %}
    {%- for column, part in parts.ordereds.items() %}
    {%- if part.order_by == 'frequency' %},
    {{ 'case when ' ~ part.where ~ ' then ' ~ part.of ~ ' end' if part.where else part.of }} as {{ column }}_value
    {%- elif part.order_by == 'event' and part.of %},
    {{ part.of }} as {{ column }}_value
    {%- endif %}
    {%- if part.where and part.order_by != 'frequency' %},
    {{ part.where }} as {{ column }}_where
    {%- endif %}
    {%- endfor %}
    {%- for ranking, value in parts.rankings.items() %},
    {{ value }} as {{ ranking }},
    dense_rank() over (
        partition by {{ view.entity | join(', ') }}
        order by {{ value }}
    ) as {{ ranking }}_rank
    {%- endfor %}
    {%- if ranked %},
    row_number() over (
        partition by {{ view.entity | join(', ') }}
        order by {{ truepoint._get_event_order(view) | join(', ') }}
    ) as event_rank
    {%- endif %}
from source_events
where
    {{ truepoint._in_span([view.events.event_time, truepoint._get_known_time(view.events)]) | join('\n    and ') }}
    {%- for key in view.entity %}
    and {{ key }} is not null
    {%- endfor %}
{% endcall %}
{% endmacro %}

{# What orders events for "the latest": the event time alone where only the time is asked for, else the rank. Null where the event is left out. #}
{% macro _latest_order(event, column, part) %}
    {% set order = event ~ ('event_rank' if part.of else 'event_time') %}
    {{ return('case when ' ~ event ~ column ~ '_where then ' ~ order ~ ' end' if part.where else order) }}
{% endmacro %}
