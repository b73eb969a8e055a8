{# How many different values of `of`; null is no value. #}
{% macro aggregate_count_distinct(of, partial) %}
    {{ return({
        'accepts': {'any': 'bigint'},
        'is_never_null': true,
        'plan': 'distinct',
        'value': partial.distinct,
    }) }}
{% endmacro %}
