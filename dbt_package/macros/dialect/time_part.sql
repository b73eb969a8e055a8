{#
    A part of the time of the decision, by the clock of a fixed zone, as an integer: hour 0 to 23; weekday 1 (Monday) to 7; day_of_month; day_of_year.
    `offset_seconds`: of the zone, where it has one and no name.
#}
{% macro _part_of_time(part, time, zone, offset_seconds) %}
    {{ return(adapter.dispatch('_part_of_time', 'truepoint')(part, time, zone, offset_seconds)) }}
{% endmacro %}

{# A zone given as an offset would be read the other way round: it is added as seconds. #}
{% macro postgres___part_of_time(part, time, zone, offset_seconds) %}
    {% set field = {'hour': 'hour', 'weekday': 'isodow', 'day_of_month': 'day', 'day_of_year': 'doy'}[part] %}
    {% set moved = '(' ~ truepoint.time_plus(time, offset_seconds) ~ ')' if offset_seconds else time %}
    {% set local = moved ~ " at time zone '" ~ (zone if offset_seconds is none else 'UTC') ~ "'" %}
    {{ return('cast(extract(' ~ field ~ ' from ' ~ local ~ ') as integer)') }}
{% endmacro %}

{# By microseconds, which the session's time zone does not move: Spark's hour() and dayofweek() read a time by that zone. #}
{% macro spark___part_of_time(part, time, zone, offset_seconds) %}
    {% set micros = 'unix_micros(from_utc_timestamp(' ~ time ~ ", '" ~ zone ~ "'))" if offset_seconds is none else '(unix_micros(' ~ time ~ ') + ' ~ (offset_seconds * 1000000) ~ 'L)' %}
    {% set seconds_of_day = 'pmod(' ~ micros ~ ', 86400000000L)' %}
    {% set day = '(' ~ micros ~ ' - ' ~ seconds_of_day ~ ') div 86400000000L' %}
    {% set date = 'date_from_unix_date(cast(' ~ day ~ ' as int))' %}
    {{ return({
        'hour': 'cast(' ~ seconds_of_day ~ ' div 3600000000L as int)',
        'weekday': '(weekday(' ~ date ~ ') + 1)',
        'day_of_month': 'dayofmonth(' ~ date ~ ')',
        'day_of_year': 'dayofyear(' ~ date ~ ')',
    }[part]) }}
{% endmacro %}

{# An instant, written in UTC as 2026-11-15 00:00:00, whatever the session's time zone. #}
{% macro _instant_literal(utc) %}
    {{ return(adapter.dispatch('_instant_literal', 'truepoint')(utc)) }}
{% endmacro %}

{% macro postgres___instant_literal(utc) %}
    {{ return("timestamptz '" ~ utc ~ "+00'") }}
{% endmacro %}

{% macro spark___instant_literal(utc) %}
    {{ return("timestamp '" ~ utc ~ "+00:00'") }}
{% endmacro %}
