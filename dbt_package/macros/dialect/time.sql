{#
    Arithmetic on UTC instants, in whole seconds or microseconds. Only fixed durations: a day is 86,400 seconds, whatever the session's time zone.
#}
{% macro time_plus(time, seconds) %}
    {{ return(adapter.dispatch('time_plus', 'truepoint')(time, seconds)) }}
{% endmacro %}

{% macro postgres__time_plus(time, seconds) %}
    {{ return(time ~ " + interval '" ~ seconds ~ " seconds'" ~ truepoint._seconds_note(seconds) if seconds else time) }}
{% endmacro %}

{# By microseconds: Spark's own intervals cross daylight saving time by the session's time zone. #}
{% macro spark__time_plus(time, seconds) %}
    {{ return('timestamp_micros(unix_micros(' ~ time ~ ') + ' ~ seconds * 1000000 ~ truepoint._seconds_note(seconds) ~ ')' if seconds else time) }}
{% endmacro %}

{% macro time_minus(time, seconds) %}
    {{ return(adapter.dispatch('time_minus', 'truepoint')(time, seconds)) }}
{% endmacro %}

{% macro postgres__time_minus(time, seconds) %}
    {{ return(time ~ " - interval '" ~ seconds ~ " seconds'" ~ truepoint._seconds_note(seconds) if seconds else time) }}
{% endmacro %}

{% macro spark__time_minus(time, seconds) %}
    {{ return('timestamp_micros(unix_micros(' ~ time ~ ') - ' ~ seconds * 1000000 ~ truepoint._seconds_note(seconds) ~ ')' if seconds else time) }}
{% endmacro %}

{#
    An instant, and a length of time, such that window frames may reach back by range. Spark's own intervals cross daylight saving time by the
    session's time zone, so there both are microseconds.
#}
{% macro _on_the_line(time) %}
    {{ return(adapter.dispatch('_on_the_line', 'truepoint')(time)) }}
{% endmacro %}

{% macro postgres___on_the_line(time) %}
    {{ return(time) }}
{% endmacro %}

{% macro spark___on_the_line(time) %}
    {{ return('unix_micros(' ~ time ~ ')') }}
{% endmacro %}

{% macro _on_the_line_seconds(seconds) %}
    {{ return(adapter.dispatch('_on_the_line_seconds', 'truepoint')(seconds)) }}
{% endmacro %}

{% macro postgres___on_the_line_seconds(seconds) %}
    {{ return("interval '" ~ seconds ~ " seconds'" ~ truepoint._seconds_note(seconds)) }}
{% endmacro %}

{% macro spark___on_the_line_seconds(seconds) %}
    {{ return((seconds * 1000000) ~ 'L' ~ truepoint._seconds_note(seconds)) }}
{% endmacro %}

{# Seconds from one instant to another, as a double that is exact to the microsecond. #}
{% macro seconds_between(earlier, later) %}
    {{ return(adapter.dispatch('seconds_between', 'truepoint')(earlier, later)) }}
{% endmacro %}

{% macro postgres__seconds_between(earlier, later) %}
    {{ return('cast(extract(epoch from (' ~ later ~ ' - ' ~ earlier ~ ')) as double precision)') }}
{% endmacro %}

{# Exact up to 285 years, since that many microseconds are a double without loss. #}
{% macro spark__seconds_between(earlier, later) %}
    {{ return('cast(unix_micros(' ~ later ~ ') - unix_micros(' ~ earlier ~ ') as double) / 1000000D') }}
{% endmacro %}

{# The database's clock at the start of the statement. #}
{% macro _statement_time() %}
    {{ return(adapter.dispatch('_statement_time', 'truepoint')()) }}
{% endmacro %}

{% macro postgres___statement_time() %}
    {{ return('statement_timestamp()') }}
{% endmacro %}

{% macro spark___statement_time() %}
    {{ return('current_timestamp()') }}
{% endmacro %}

{# A length of time as definitions write it, in the greatest unit of which it is a whole number: 30d. #}
{% macro _get_duration(seconds) %}
    {% for unit, length in {'d': 86400, 'h': 3600, 'm': 60}.items() if seconds and seconds % length == 0 %}
        {{ return(seconds // length ~ unit) }}
    {% endfor %}
    {{ return(seconds ~ 's') }}
{% endmacro %}

{# The same as a comment behind a number, where it says more than the number. #}
{% macro _seconds_note(seconds) %}
    {{ return(' /* ' ~ truepoint._get_duration(seconds) ~ ' */' if seconds is integer and seconds and seconds % 60 == 0 else '') }}
{% endmacro %}

{# An instant such as 2026-03-01T00:00:00Z, which says its zone, as a literal. #}
{% macro _history_bound(text) %}
    {% set instant = modules.datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).astimezone(modules.pytz.utc) %}
    {{ return(adapter.dispatch('_history_bound', 'truepoint')(instant.strftime('%Y-%m-%d %H:%M:%S.%f'))) }}
{% endmacro %}

{% macro postgres___history_bound(utc) %}
    {{ return("timestamptz '" ~ utc ~ "+00'") }}
{% endmacro %}

{% macro spark___history_bound(utc) %}
    {{ return("timestamp '" ~ utc ~ "Z'") }}
{% endmacro %}
