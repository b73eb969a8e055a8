{#
    Sample variance, (n * sum of squares - square of sum) / (n * (n - 1)): both products exact, divided once as doubles.
    Null for fewer than two events.
#}
{% macro aggregate_variance(of, partial) %}
    {% set n = truepoint.to_exact(partial.n) %}
    {% set total = truepoint.to_exact(partial.total) %}
    {{ return({
        'accepts': {
            'smallint': 'double precision',
            'integer': 'double precision',
            'bigint': 'double precision',
            'numeric': 'double precision',
        },
        'plan': 'sums',
        'takes_digits': true,
        'partials': {'n': '1', 'total': of, 'squares': truepoint._exact_square(of, partial.digits)},
        'value': truepoint.divide(
            truepoint._units_to_double(
                truepoint._exact_result(n ~ ' * ' ~ partial.squares ~ ' - ' ~ total ~ ' * ' ~ partial.total), partial.digits, 2
            ),
            truepoint.to_double(n ~ ' * (' ~ partial.n ~ ' - 1)'),
        ),
    }) }}
{% endmacro %}
