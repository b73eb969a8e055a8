{# Sum of what moved, whichever way: money taken back counts like money paid. #}
{% macro truepoint_aggregate_turnover(of, partial) %}
    {{ return({
        'accepts': {'integer': 'bigint', 'bigint': 'bigint'},
        'is_never_null': true,
        'plan': 'sums',
        'partials': {'total': 'abs(' ~ of ~ ')'},
        'value': partial.total,
    }) }}
{% endmacro %}
