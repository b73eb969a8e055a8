{# How many different values of `of`; null is no value. #}
{% macro aggregate_count_distinct(of, partial) %}
    {{ return({
        'accepts': {'any': 'bigint'},
        'plan': 'distinct',
        'value': partial.distinct,
    }) }}
{% endmacro %}
