{# A sentence for each thing that is wrong with the known times of an event relation. #}
{% macro _known_times_query(events, skew) %}
{%- set name = truepoint._render_literal(events.name) -%}
with events as (
    select
        {{ events.event_time }} as event_time,
        {{ truepoint._get_known_time(events) }} as known_at
    from {{ events.relation }}
),

facts as (
    select
        count(*) as events,
        count(*) filter (where known_at is null) as unknown,
        count(*) filter (where known_at < {{ truepoint.time_minus('event_time', truepoint.get_seconds(skew)) }}) as early,
        max(event_time) filter (where isfinite(event_time)) - min(event_time) filter (where isfinite(event_time)) as span
    from events
),

by_minute as (
    select
        date_trunc('minute', known_at) as known_in,
        count(*) as events
    from events
    where isfinite(known_at)
    group by date_trunc('minute', known_at)
),

hours as (
    select
        known_in,
        sum(events) over (order by known_in range between current row and interval '59 minutes' following) as events
    from by_minute
),

busiest as (
    select
        known_in,
        events
    from hours
    order by events desc, known_in
    limit 1
)

select
    {{ name }} || ': ' || unknown || ' of ' || events || ' events have no known time, and never count. Say when they came in (a column that is not '
    || 'null), or declare known_at: event_time.' as problem
from facts
where unknown > 0
union all
select
    {{ name }} || ': ' || early || ' of ' || events || ' events were known more than {{ skew }} before they happened. Are the two times mixed up, or is '
    || 'one in another time zone? Where events are known before they happen, such as bookings, give the test a longer skew.' as problem
from facts
where early > 0
union all
select
    {{ name }} || ': ' || busiest.events || ' of ' || facts.events || ' events, of ' || extract(day from facts.span) || ' days, were known within the '
    || 'hour from ' || to_char(busiest.known_in at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC: {{ events.known_at }} is the time of a load, and '
    || 'before it no feature sees them. Declare that history: known_at: {column: {{ events.known_at }}, history_before: '''
    || to_char(busiest.known_in at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:00"Z"') || ''', delay: 1h}.' as problem
from facts
cross join busiest
where
    facts.events >= 20
    and busiest.events >= 0.9 * facts.events
    and facts.span >= interval '30 days'
{%- endmacro %}
