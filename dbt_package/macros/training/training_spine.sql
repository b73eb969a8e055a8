{#
    CTE `spine`: who asks, and when. Where the relation holds the decided event, its parts come along (`own_*`), but only if the event was
    already visible at the as-of time; else they are null.
#}
{% macro _add_spine(ctes, view, parts) %}
{% set own = '; own_* is the decided event, where it could be seen at that time' if view.decides else '' %}
{% call truepoint._add_cte(ctes, 'spine', 'Who asks, and when' ~ own ~ '.') %}
select
    spine_rows.spine_id,
    {%- if view.decides %}
    spine_rows.event_id,
    {%- endif %}
    spine_rows.as_of as happens_at
    {%- for key in view.entity %},
    spine_rows.{{ key }}
    {%- endfor %}
    {%- if view.decides %},
    own.event_time as own_event_time
    {%- for name in parts.contributions %},
    own.{{ name }} as own_{{ name }}
    {%- endfor %}
    {%- for column in parts.distincts %},
    own.{{ column }}_value as own_{{ column }}_value
    {%- endfor %}
    {%- for column, part in parts.latests.items() %},
    {{ truepoint._latest_order('own.', column, part) }} as own_{{ column }}
    {%- endfor %}
    {%- for column, part in parts.ordereds.items() %},
    {{ 'own.' ~ column ~ '_value as own_' ~ column ~ '_value' if part.order_by == 'frequency' else truepoint._get_rank('own.', column, part) ~ ' as own_' ~ column }}
    {%- endfor %}
    {%- endif %}
from spine_rows
{%- if view.decides %}
left join events as own
    on
        spine_rows.event_id = own.event_id
        {%- for key in view.entity %}
        and spine_rows.{{ key }} = own.{{ key }}
        {%- endfor %}
        {%- for condition in truepoint._event_counts('own.event_time', until='spine_rows.as_of', known_at='own.known_at', as_of='spine_rows.as_of') %}
        and {{ condition }}
        {%- endfor %}
{%- endif %}
{% endcall %}
{% endmacro %}
