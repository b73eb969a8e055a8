{# The middle value, or the mean of the two in the middle: the continuous percentile of one half. #}
{% macro aggregate_median(of, partial) %}
    {{ return(continuous_percentile('0.5', partial)) }}
{% endmacro %}

{# At place fraction * (n - 1), counted from 0, in the order of the values: lo + (hi - lo) * weight, of the values beside that place. #}
{% macro continuous_percentile(fraction, partial, options=[]) %}
    {% set place = fraction ~ ' * (' ~ partial.n ~ ' - 1)' %}
    {{ return({
        'accepts': {
            'integer': 'double precision',
            'bigint': 'double precision',
            'numeric': 'double precision',
            'double precision': 'double precision',
        },
        'options': options,
        'plan': 'ordered',
        'order_by': 'value',
        'positions': {
            'lower': 'cast(floor(' ~ place ~ ') as bigint) + 1',
            'upper': 'cast(ceil(' ~ place ~ ') as bigint) + 1',
        },
        'value': positive_zero(
            to_double(partial.lower) ~ ' + (' ~ to_double(partial.upper) ~ ' - ' ~ to_double(partial.lower) ~ ') * '
            ~ to_double(place ~ ' - floor(' ~ place ~ ')')
        ),
    }) }}
{% endmacro %}
