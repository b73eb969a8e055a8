{#
    CTEs for one count of distinct values. Per key and value, a running count of visible events says when the value is present; coming and
    going change the number of values by one.
#}
{% macro _training_distinct(view, column, part) %}
{%- set keys = view.entity -%}
{%- set value = column ~ '_value' -%}
-- {{ column }}: a value is present while at least one visible event holds it.
{{ column }}_timeline as (
    {{- truepoint._value_steps(view, column, part) }}
),

{{ column }}_running as (
    select
        *,
        sum(events_seen) over (
            partition by {{ keys | join(', ') }}, {{ value }}
            {{ truepoint._history_order() }}
            rows between unbounded preceding and current row
        ) as events_present
    from {{ column }}_timeline
),

{{ column }}_changes as (
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
)
{%- endmacro %}
