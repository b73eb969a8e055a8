{#
    The known times of an event relation can be meant: none is null, none lies far before the event, and they are not those of one load. Returns a row,
    and tells a sentence, for each that is wrong.

    model   a model with meta.events
    skew    how long before it happened an event may be known: a window such as 5m, for clocks that differ; longer where bookings are events
#}
{% test known_times(model, skew='5m') %}
    {{ config(enabled=target.type == 'postgres') }}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set events = truepoint._get_tested_events(graph.nodes[context.model.attached_node], 'known_times') %}
        {% if truepoint.get_seconds(skew) is none %}
            {% do exceptions.raise_compiler_error(
                truepoint._get_file(events.node) ~ ': ' ~ events.name ~ ': test known_times: skew is ' ~ skew ~ ' (allowed: such as 5m, 1h or 30d)'
            ) %}
        {% endif %}
        {% if truepoint._get_known_time_note(events) and truepoint._may_ask_database() %}
            {% do log(truepoint._get_known_time_note(events), info=True) %}
        {% endif %}
        {{ return(truepoint._tell_problems(truepoint._known_times_query(events, skew))) }}
    {% endif %}
{% endtest %}

{# The event relation that a test is on. #}
{% macro _get_tested_events(node, test) %}
    {% if truepoint._get_meta(node).get('events') is none %}
        {% do exceptions.raise_compiler_error(
            truepoint._get_file(node) ~ ': ' ~ node.name ~ ': test ' ~ test ~ ' on a model without meta.events (allowed: an event relation)'
        ) %}
    {% endif %}
    {{ return(truepoint._get_events(node)) }}
{% endmacro %}

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
