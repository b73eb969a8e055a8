{# Exact sum of whole numbers or decimals; 0 where nothing was seen. #}
{% macro aggregate_sum(of, partial) %}
    {{ return({
        'accepts': {'smallint': 'bigint', 'integer': 'bigint', 'bigint': 'bigint', 'numeric': 'numeric'},
        'is_never_null': true,
        'plan': 'sums',
        'takes_digits': true,
        'partials': {'total': of},
        'value': truepoint._from_units(partial.total, partial.digits),
    }) }}
{% endmacro %}
