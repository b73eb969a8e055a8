{# The digits of a declared numeric(p, s): {precision, scale}; none where it states none, or is no numeric. #}
{% macro _get_digits(declared) %}
    {% set found = modules.re.fullmatch('numeric[(]([0-9]+),([0-9]+)[)]', truepoint._get_declared_type(declared) or '') %}
    {{ return({'precision': found[1] | int, 'scale': found[2] | int} if found else none) }}
{% endmacro %}

{#
    The digits by which the engine computes with a column that is declared so: {precision, scale}; none where it computes with the column as it is.
    Postgres' numeric has no bounds. Spark's decimals have: there sums are of whole units of the last digit.
#}
{% macro _get_engine_digits(declared) %}
    {{ return(adapter.dispatch('_get_engine_digits', 'truepoint')(declared)) }}
{% endmacro %}

{% macro postgres___get_engine_digits(declared) %}
    {{ return(none) }}
{% endmacro %}

{% macro spark___get_engine_digits(declared) %}
    {{ return(truepoint._get_digits(declared)) }}
{% endmacro %}

{# The type of a feature in its table: with digits, a numeric has all that the engine can hold. #}
{% macro _get_stored_type(type, digits) %}
    {{ return('numeric(38,' ~ digits.scale ~ ')' if type == 'numeric' and digits else type) }}
{% endmacro %}

{#
    A decimal of known digits as a whole number of units of its last digit: 29.50 as 2950. It loses nothing, and a sum of such is exact. `digits` as
    _get_engine_digits() gives them: without, the number as it is.
#}
{% macro _in_units(number, digits) %}
    {{ return(adapter.dispatch('_in_units', 'truepoint')(number, digits) if digits else number) }}
{% endmacro %}

{% macro postgres___in_units(number, digits) %}
    {{ return(number) }}
{% endmacro %}

{# Where a product has all of its digits it is the quickest way; else Spark would drop some, and the number's text has them. #}
{% macro spark___in_units(number, digits) %}
    {% if digits.scale == 0 %}
        {{ return(truepoint.to_exact(number)) }}
    {% elif digits.precision + digits.scale <= 36 %}
        {{ return(truepoint.to_exact(number ~ ' * cast(1' ~ '0' * digits.scale ~ ' as decimal(' ~ (digits.scale + 1) ~ ', 0))')) }}
    {% endif %}
    {{ return(truepoint.to_exact("replace(replace(format_number(" ~ number ~ ', ' ~ digits.scale ~ "), ',', ''), '.', '')")) }}
{% endmacro %}

{# The number that so many units are, of type numeric. #}
{% macro _from_units(units, digits) %}
    {{ return(adapter.dispatch('_from_units', 'truepoint')(units, digits) if digits else units) }}
{% endmacro %}

{% macro postgres___from_units(units, digits) %}
    {{ return(units) }}
{% endmacro %}

{% macro spark___from_units(units, digits) %}
    {{ return(truepoint._shifted(units, digits.scale, truepoint._get_stored_type('numeric', digits))) }}
{% endmacro %}

{# The double next to the number that so many units are; `power`: 2 for units of squares. #}
{% macro _units_to_double(units, digits, power=1) %}
    {{ return(adapter.dispatch('_units_to_double', 'truepoint')(units, digits, power) if digits else truepoint.to_double(units)) }}
{% endmacro %}

{% macro postgres___units_to_double(units, digits, power=1) %}
    {{ return(truepoint.to_double(units)) }}
{% endmacro %}

{% macro spark___units_to_double(units, digits, power=1) %}
    {{ return(truepoint._shifted(units, digits.scale * power, 'double precision') if digits.scale else truepoint.to_double(units)) }}
{% endmacro %}

{# A whole number with its point moved to the left, by way of its text: a quotient would be rounded before it is cast. #}
{% macro _shifted(whole, places, type) %}
    {{ return('cast(concat(cast(' ~ whole ~ " as string), 'E-" ~ places ~ "') as " ~ truepoint.sql_type(type) ~ ')') }}
{% endmacro %}

{# The square of a number, exact; null where that is null. Raises where it is too large for the exact type. #}
{% macro _exact_square(number, digits) %}
    {% set square = truepoint.to_exact(number) ~ ' * ' ~ truepoint.to_exact(number) %}
    {{ return(truepoint._checked_square(number, square) if digits else square) }}
{% endmacro %}

{% macro _checked_square(number, square) %}
    {{ return(adapter.dispatch('_checked_square', 'truepoint')(number, square)) }}
{% endmacro %}

{% macro postgres___checked_square(number, square) %}
    {{ return(square) }}
{% endmacro %}

{# What a whole number of 19 digits or fewer is squared to has 38; of more, it may be null for being too large. #}
{% macro spark___checked_square(number, square) %}
    {{ return('coalesce(' ~ square ~ ', case when ' ~ number ~ ' is not null then ' ~ truepoint._raise('a square has more than 38 digits', truepoint._type_exact()) ~ ' end)') }}
{% endmacro %}
