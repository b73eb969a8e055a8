{# How many events; with `of`, how many whose `of` is not null. #}
{% macro aggregate_count(of, partial) %}
    {{ return({
        'accepts': {'none': 'bigint', 'any': 'bigint'},
        'is_never_null': true,
        'plan': 'sums',
        'partials': {'n': '1'},
        'value': partial.n,
    }) }}
{% endmacro %}
