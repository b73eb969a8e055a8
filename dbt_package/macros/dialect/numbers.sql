{# Numbers that come out the same, bit for bit, wherever they are computed. #}

{# Wide enough that neither a product of two bigints nor a sum of them overflows. #}
{% macro to_exact(number) %}
    {{ return('cast(' ~ number ~ ' as ' ~ truepoint._type_exact() ~ ')') }}
{% endmacro %}

{% macro _type_exact() %}
    {{ return(adapter.dispatch('_type_exact', 'truepoint')()) }}
{% endmacro %}

{% macro postgres___type_exact() %}
    {{ return('numeric') }}
{% endmacro %}

{# Whole numbers of 38 digits; what would need more is null, and exact_sum(), exact_difference() and exact_to_double() raise on that. #}
{% macro spark___type_exact() %}
    {{ return('decimal(38, 0)') }}
{% endmacro %}

{% macro to_double(number) %}
    {{ return('cast(' ~ number ~ ' as ' ~ truepoint.sql_type('double precision') ~ ')') }}
{% endmacro %}

{# As a double, of exact arithmetic over numbers that are not null. Raises where the result is too large for the exact type. #}
{% macro exact_to_double(number) %}
    {{ return(truepoint.to_double(truepoint._exact_result(number))) }}
{% endmacro %}

{# Exact arithmetic over numbers that are not null. Raises where the result is too large for the exact type. #}
{% macro _exact_result(number) %}
    {{ return(adapter.dispatch('_exact_result', 'truepoint')(number)) }}
{% endmacro %}

{% macro postgres___exact_result(number) %}
    {{ return(number) }}
{% endmacro %}

{% macro spark___exact_result(number) %}
    {{ return('coalesce(' ~ number ~ ', ' ~ truepoint._raise('a number has more than 38 digits', truepoint._type_exact()) ~ ')') }}
{% endmacro %}

{# A sum over a window of the statement, 0 where it has nothing to add up. Null means that it is too large for the exact type, and nothing else. #}
{% macro _exact_sum_over(number, window, type) %}
    {{ return(adapter.dispatch('_exact_sum_over', 'truepoint')(number, window, type)) }}
{% endmacro %}

{% macro postgres___exact_sum_over(number, window, type) %}
    {{ return('coalesce(sum(' ~ number ~ ') over ' ~ window ~ ', 0)') }}
{% endmacro %}

{% macro spark___exact_sum_over(number, window, type) %}
    {% if type != truepoint._type_exact() %}
        {{ return(truepoint.postgres___exact_sum_over(number, window, type)) }}
    {% endif %}
    {{ return('case when count(*) over ' ~ window ~ ' > 0 then sum(' ~ truepoint.to_exact('coalesce(' ~ number ~ ', 0)') ~ ') over ' ~ window ~ ' else 0 end') }}
{% endmacro %}

{# A sum over the rows of a group (`group by`), 0 where it has nothing to add up. Raises where it is too large for the exact type. #}
{% macro _exact_sum(number, type) %}
    {{ return(adapter.dispatch('_exact_sum', 'truepoint')(number, type)) }}
{% endmacro %}

{% macro postgres___exact_sum(number, type) %}
    {{ return('coalesce(sum(' ~ number ~ '), 0)') }}
{% endmacro %}

{% macro spark___exact_sum(number, type) %}
    {% if type != truepoint._type_exact() %}
        {{ return(truepoint.postgres___exact_sum(number, type)) }}
    {% endif %}
    {{ return('coalesce(sum(' ~ truepoint.to_exact('coalesce(' ~ number ~ ', 0)') ~ '), ' ~ truepoint._raise('a sum has more than 38 digits', type) ~ ')') }}
{% endmacro %}

{# The first term less the others. Raises where a term or the result is too large for the exact type. #}
{% macro _exact_difference(terms, type) %}
    {{ return(adapter.dispatch('_exact_difference', 'truepoint')(terms, type)) }}
{% endmacro %}

{% macro postgres___exact_difference(terms, type) %}
    {{ return(terms | join(' - ')) }}
{% endmacro %}

{% macro spark___exact_difference(terms, type) %}
    {{ return('coalesce(' ~ (terms | join(' - ')) ~ ', ' ~ truepoint._raise('a sum has more than 38 digits', type) ~ ')' if type == truepoint._type_exact() else terms | join(' - ')) }}
{% endmacro %}

{# SQL that ends the statement with an error; of a type, so that it can stand where a value would. Only Spark needs it. #}
{% macro _raise(message, type) %}
    {{ return("cast(raise_error('" ~ message ~ "') as " ~ truepoint.sql_type(type) ~ ')') }}
{% endmacro %}

{# A decimal, or null where it is no finite number: one of these would spoil a running sum for ever. #}
{% macro _finite(number) %}
    {{ return(adapter.dispatch('_finite', 'truepoint')(number)) }}
{% endmacro %}

{# Its decimals are all finite. #}
{% macro spark___finite(number) %}
    {{ return(number) }}
{% endmacro %}

{% macro postgres___finite(number) %}
    {{ return('case when ' ~ number ~ " not in ('NaN', 'Infinity', '-Infinity') then " ~ number ~ ' end') }}
{% endmacro %}

{# A date, or null where no calendar of four digits has it, infinity included. #}
{% macro _calendar_date(date) %}
    {{ return('case when ' ~ date ~ " between date '0001-01-01' and date '9999-12-31' then " ~ date ~ ' end') }}
{% endmacro %}

{# A double, with one zero, or null where it is no finite number. #}
{% macro _finite_double(number) %}
    {% set double = truepoint.sql_type('double precision') %}
    {% set others = [] %}
    {% for other in ['NaN', 'Infinity', '-Infinity'] %}
        {% do others.append("cast('" ~ other ~ "' as " ~ double ~ ')') %}
    {% endfor %}
    {{ return('case when ' ~ number ~ ' not in (' ~ (others | join(', ')) ~ ') then ' ~ truepoint.positive_zero(number) ~ ' end') }}
{% endmacro %}

{# Null where the divisor is zero. #}
{% macro divide(dividend, divisor) %}
    {{ return(dividend ~ ' / nullif(' ~ divisor ~ ', 0)') }}
{% endmacro %}

{# Turns -0.0 into 0.0. #}
{% macro positive_zero(number) %}
    {{ return('(' ~ number ~ ') + ' ~ truepoint.to_double('0')) }}
{% endmacro %}

{# The feature's own type, of a value that fits it. #}
{% macro _checked_cast(value, type) %}
    {{ return(adapter.dispatch('_checked_cast', 'truepoint')(value, type)) }}
{% endmacro %}

{% macro postgres___checked_cast(value, type) %}
    {{ return('cast(' ~ value ~ ' as ' ~ truepoint.sql_type(type) ~ ')') }}
{% endmacro %}

{# Without ANSI mode, which dbt-spark turns off, a cast of a fraction would round in silence. #}
{% macro spark___checked_cast(value, type) %}
    {% set cast = 'cast(' ~ value ~ ' as ' ~ truepoint.sql_type(type) ~ ')' %}
    {% if type.startswith('numeric') %}
        {% set digits = truepoint._get_digits(type) %}
        {% set problem = 'numeric has more than 38 digits, or more than ' ~ digits.scale ~ ' after the point' if digits else 'numeric is no whole number of 38 digits (declare it numeric(38, 2), or what it is)' %}
        {{ return('case when ' ~ value ~ ' = ' ~ cast ~ ' then ' ~ cast ~ ' when ' ~ value ~ ' is not null then ' ~ truepoint._raise(problem, type) ~ ' end') }}
    {% endif %}
    {{ return(cast) }}
{% endmacro %}

{#
    A number as an integer or bigint, null where it does not fit. A fraction is rounded to the nearest whole number, and a half to the even one.
    `from_type`: what the number is; a double is rounded as such, before anything is lost.
#}
{% macro _fitted(number, type, from_type='bigint') %}
    {% set bounds = {'smallint': ['-32768', '32767'], 'integer': ['-2147483648', '2147483647'], 'bigint': ['-9223372036854775808', '9223372036854775807']}[type] %}
    {% if from_type == 'double precision' %}
        {% set whole = truepoint._rounded_double(number) %}
        {% set upper = {'smallint': '32768', 'integer': '2147483648', 'bigint': '9223372036854775808'}[type] %}
        {% set fits = whole ~ ' >= ' ~ truepoint.to_double(bounds[0]) ~ ' and ' ~ whole ~ ' < ' ~ truepoint.to_double(upper) %}
    {% else %}
        {% set whole = truepoint._rounded_decimal(number) if from_type == 'numeric' else number %}
        {% set fits = whole ~ ' between ' ~ bounds[0] ~ ' and ' ~ bounds[1] %}
    {% endif %}
    {{ return('case when ' ~ fits ~ ' then cast(' ~ whole ~ ' as ' ~ truepoint.sql_type(type) ~ ') end') }}
{% endmacro %}

{# To the nearest whole number, a half to the even one. #}
{% macro _rounded_double(number) %}
    {{ return(adapter.dispatch('_rounded_double', 'truepoint')(number)) }}
{% endmacro %}

{% macro postgres___rounded_double(number) %}
    {{ return('round(' ~ number ~ ')') }}
{% endmacro %}

{% macro spark___rounded_double(number) %}
    {{ return('rint(' ~ number ~ ')') }}
{% endmacro %}

{% macro _rounded_decimal(number) %}
    {{ return(adapter.dispatch('_rounded_decimal', 'truepoint')(number)) }}
{% endmacro %}

{# Postgres rounds a half of a decimal away from zero: twice the half of it, rounded, is the even one. #}
{% macro postgres___rounded_decimal(number) %}
    {{ return('case when abs(mod(' ~ number ~ ', 1)) = 0.5 then 2 * round((' ~ number ~ ') / 2) else round(' ~ number ~ ') end') }}
{% endmacro %}

{% macro spark___rounded_decimal(number) %}
    {{ return('bround(' ~ number ~ ', 0)') }}
{% endmacro %}

{# NaN is no value where values are put in order. #}
{% macro _without_nan(number) %}
    {{ return('nullif(' ~ number ~ ", cast('NaN' as " ~ truepoint.sql_type('double precision') ~ '))') }}
{% endmacro %}

{# The greatest whole number that is not above: of the number's own kind. #}
{% macro _floor(number, type) %}
    {{ return(adapter.dispatch('_floor', 'truepoint')(number, type)) }}
{% endmacro %}

{% macro postgres___floor(number, type) %}
    {{ return('floor(' ~ number ~ ')') }}
{% endmacro %}

{# Spark's floor of a double is a bigint: a double from 2^52 on is whole as it is. #}
{% macro spark___floor(number, type) %}
    {{ return('case when abs(' ~ number ~ ') < 4503599627370496D then cast(floor(' ~ number ~ ') as double) else ' ~ number ~ ' end' if type == 'double precision' else 'floor(' ~ number ~ ')') }}
{% endmacro %}
