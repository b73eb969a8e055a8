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
        'partials': {'n': '1', 'total': of, 'squares': truepoint.to_exact(of) ~ ' * ' ~ truepoint.to_exact(of)},
        'value': truepoint.divide(
            truepoint.exact_to_double(n ~ ' * ' ~ partial.squares ~ ' - ' ~ total ~ ' * ' ~ partial.total),
            truepoint.to_double(n ~ ' * (' ~ partial.n ~ ' - 1)'),
        ),
    }) }}
{% endmacro %}
