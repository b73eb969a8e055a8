{# Numbers that come out the same, bit for bit, wherever they are computed. #}

{# Wide enough that neither a product of two bigints nor a sum of them overflows. #}
{% macro to_exact(number) %}
    {{ return('cast(' ~ number ~ ' as ' ~ type_exact() ~ ')') }}
{% endmacro %}

{% macro type_exact() %}
    {{ return(adapter.dispatch('type_exact', 'truepoint')()) }}
{% endmacro %}

{% macro postgres__type_exact() %}
    {{ return('numeric') }}
{% endmacro %}

{% macro to_double(number) %}
    {{ return('cast(' ~ number ~ ' as double precision)') }}
{% endmacro %}

{# A decimal, or null where it is no finite number: one of these would spoil a running sum for ever. #}
{% macro finite(number) %}
    {{ return(adapter.dispatch('finite', 'truepoint')(number)) }}
{% endmacro %}

{% macro default__finite(number) %}
    {{ return(number) }}
{% endmacro %}

{% macro postgres__finite(number) %}
    {{ return('case when ' ~ number ~ " not in ('NaN', 'Infinity', '-Infinity') then " ~ number ~ ' end') }}
{% endmacro %}

{# Null where the divisor is zero. #}
{% macro divide(dividend, divisor) %}
    {{ return(dividend ~ ' / nullif(' ~ divisor ~ ', 0)') }}
{% endmacro %}

{# Turns -0.0 into 0.0. #}
{% macro positive_zero(number) %}
    {{ return('(' ~ number ~ ') + cast(0 as double precision)') }}
{% endmacro %}

{# The feature's own type; raises where the value does not fit. #}
{% macro checked_cast(value, type) %}
    {{ return(adapter.dispatch('checked_cast', 'truepoint')(value, type)) }}
{% endmacro %}

{% macro postgres__checked_cast(value, type) %}
    {{ return('cast(' ~ value ~ ' as ' ~ type ~ ')') }}
{% endmacro %}
