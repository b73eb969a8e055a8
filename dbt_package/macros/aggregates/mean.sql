{# Arithmetic mean: exact sum and exact count, divided once as doubles. The mean of a boolean is the share of true. #}
{% macro aggregate_mean(of, partial) %}
    {{ return({
        'accepts': {
            'smallint': 'double precision',
            'integer': 'double precision',
            'bigint': 'double precision',
            'numeric': 'double precision',
            'boolean': 'double precision',
        },
        'plan': 'sums',
        'takes_digits': true,
        'partials': {'n': '1', 'total': of},
        'value': truepoint.divide(truepoint._units_to_double(partial.total, partial.digits), truepoint.to_double(partial.n)),
    }) }}
{% endmacro %}
