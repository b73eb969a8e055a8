{# Sample standard deviation: the square root of the variance. Null for fewer than two events. #}
{% macro aggregate_stddev(of, partial) %}
    {% set variance = truepoint.aggregate_variance(of, partial) %}
    {{ return({
        'accepts': variance.accepts,
        'plan': 'sums',
        'takes_digits': true,
        'partials': variance.partials,
        'value': 'sqrt(' ~ variance.value ~ ')',
    }) }}
{% endmacro %}
