{#
    Arithmetic on UTC instants, in whole seconds or microseconds. Only fixed durations: a day is 86,400 seconds, whatever the session's time zone.
#}

{% macro time_plus(time, seconds) %}
    {{ return(adapter.dispatch('time_plus', 'truepoint')(time, seconds)) }}
{% endmacro %}

{% macro postgres__time_plus(time, seconds) %}
    {{ return(time ~ " + interval '" ~ seconds ~ " seconds'" if seconds else time) }}
{% endmacro %}

{# By microseconds: Spark's own intervals cross daylight saving time by the session's time zone. #}
{% macro spark__time_plus(time, seconds) %}
    {{ return('timestamp_micros(unix_micros(' ~ time ~ ') + ' ~ seconds * 1000000 ~ ')' if seconds else time) }}
{% endmacro %}

{% macro time_minus(time, seconds) %}
    {{ return(adapter.dispatch('time_minus', 'truepoint')(time, seconds)) }}
{% endmacro %}

{% macro postgres__time_minus(time, seconds) %}
    {{ return(time ~ " - interval '" ~ seconds ~ " seconds'" if seconds else time) }}
{% endmacro %}

{% macro spark__time_minus(time, seconds) %}
    {{ return('timestamp_micros(unix_micros(' ~ time ~ ') - ' ~ seconds * 1000000 ~ ')' if seconds else time) }}
{% endmacro %}

{#
    An instant, and a length of time, such that window frames may reach back by range. Spark's own intervals cross daylight saving time by the
    session's time zone, so there both are microseconds.
#}
{% macro on_the_line(time) %}
    {{ return(adapter.dispatch('on_the_line', 'truepoint')(time)) }}
{% endmacro %}

{% macro postgres__on_the_line(time) %}
    {{ return(time) }}
{% endmacro %}

{% macro spark__on_the_line(time) %}
    {{ return('unix_micros(' ~ time ~ ')') }}
{% endmacro %}

{% macro on_the_line_seconds(seconds) %}
    {{ return(adapter.dispatch('on_the_line_seconds', 'truepoint')(seconds)) }}
{% endmacro %}

{% macro postgres__on_the_line_seconds(seconds) %}
    {{ return("interval '" ~ seconds ~ " seconds'") }}
{% endmacro %}

{% macro spark__on_the_line_seconds(seconds) %}
    {{ return((seconds * 1000000) ~ 'L') }}
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
{% macro statement_time() %}
    {{ return(adapter.dispatch('statement_time', 'truepoint')()) }}
{% endmacro %}

{% macro postgres__statement_time() %}
    {{ return('statement_timestamp()') }}
{% endmacro %}

{% macro spark__statement_time() %}
    {{ return('current_timestamp()') }}
{% endmacro %}

{#
    The time up to which answers are final: every row known by then can be seen. A write transaction that stays open for longer than
    var `settling_margin` is the one thing that this does not cover.
#}
{% macro settled_time() %}
    {{ return(adapter.dispatch('settled_time', 'truepoint')()) }}
{% endmacro %}

{% macro default__settled_time() %}
    {{ return('(' ~ time_minus(statement_time(), get_seconds(var('settling_margin'))) ~ ')') }}
{% endmacro %}

{# A lake holds what was settled when it was exported, and nothing later. #}
{% macro spark__settled_time() %}
    {% if get_lake() %}
        {{ return('(select max(settled_at) from ' ~ get_lake_schema() ~ '.exports)') }}
    {% endif %}
    {{ return(default__settled_time()) }}
{% endmacro %}
