{# An amount with two digits after the point as whole cents. #}
{% macro minor_units(amount) %}
    {{ return('cast(round(' ~ amount ~ ' * 100) as bigint)') }}
{% endmacro %}
