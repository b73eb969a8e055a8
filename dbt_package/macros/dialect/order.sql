{# What putting values in order needs of an engine. #}

{# A value such that the engine's own order is the one that all engines share: text by its bytes, no NaN or infinity, one zero. #}
{% macro _in_order(value, type) %}
    {% if type == 'text' %}
        {{ return(truepoint.by_bytes(value)) }}
    {% elif type == 'double precision' %}
        {{ return(truepoint._finite_double(value)) }}
    {% elif type == 'numeric' %}
        {{ return(truepoint._finite(value)) }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}

{# A whole number without its last bits. #}
{% macro _shift_right(number, bits) %}
    {{ return(adapter.dispatch('_shift_right', 'truepoint')(number, bits) if bits else number) }}
{% endmacro %}

{% macro postgres___shift_right(number, bits) %}
    {{ return('(' ~ number ~ ' >> ' ~ bits ~ ')') }}
{% endmacro %}

{% macro spark___shift_right(number, bits) %}
    {{ return('shiftright(' ~ number ~ ', ' ~ bits ~ ')') }}
{% endmacro %}

{# Aggregate: the value of the one row of a group for which a condition holds; null where there is none. #}
{% macro _only_value(value, condition) %}
    {{ return(adapter.dispatch('_only_value', 'truepoint')(value, condition)) }}
{% endmacro %}

{% macro postgres___only_value(value, condition) %}
    {{ return('(array_agg(' ~ value ~ ') filter (where ' ~ condition ~ '))[1]') }}
{% endmacro %}

{% macro spark___only_value(value, condition) %}
    {{ return('max(case when ' ~ condition ~ ' then ' ~ value ~ ' end)') }}
{% endmacro %}

{# Aggregate: the values of a group's rows for which a condition holds, nulls among them, as an array in an order without ties; null where there are none. #}
{% macro _collected(value, order, condition) %}
    {{ return(adapter.dispatch('_collected', 'truepoint')(value, order, condition)) }}
{% endmacro %}

{% macro postgres___collected(value, order, condition) %}
    {{ return('array_agg(' ~ value ~ ' order by ' ~ order ~ ') filter (where ' ~ condition ~ ')') }}
{% endmacro %}

{% macro spark___collected(value, order, condition) %}
    {% set rows = 'collect_list(case when ' ~ condition ~ " then named_struct('place', " ~ order ~ ", 'value', " ~ value ~ ') end)' %}
    {{ return("case when count_if(" ~ condition ~ ') > 0 then transform(array_sort(' ~ rows ~ '), row -> row.value) end') }}
{% endmacro %}

{# SQL that ends the statement with an error which names a number; of type bigint, so that it can stand where a value would. #}
{% macro _raise_number(message, number) %}
    {{ return(adapter.dispatch('_raise_number', 'truepoint')(message, number)) }}
{% endmacro %}

{# Postgres has no function that raises; a text that is no number does, and says what it was. #}
{% macro postgres___raise_number(message, number) %}
    {{ return("cast('" ~ message ~ "' || " ~ number ~ ' as bigint)') }}
{% endmacro %}

{% macro spark___raise_number(message, number) %}
    {{ return("cast(raise_error(concat('" ~ message ~ "', " ~ number ~ ')) as bigint)') }}
{% endmacro %}
