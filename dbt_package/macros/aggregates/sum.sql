{# Exact sum of whole numbers or decimals; 0 where nothing was seen. #}
{% macro aggregate_sum(of, partial) %}
    {{ return({
        'accepts': {'smallint': 'bigint', 'integer': 'bigint', 'bigint': 'bigint', 'numeric': 'numeric'},
        'is_never_null': true,
        'plan': 'sums',
        'partials': {'total': of},
        'value': partial.total,
    }) }}
{% endmacro %}
