{# The middle value, or the mean of the two in the middle: the continuous percentile of one half. #}
{% macro aggregate_median(of, partial) %}
    {{ return(truepoint._continuous_percentile('0.5', partial)) }}
{% endmacro %}

{# At place fraction * (n - 1), counted from 0, in the order of the values: lo + (hi - lo) * weight, of the values beside that place. #}
{% macro _continuous_percentile(fraction, partial, options=[]) %}
    {% set place = fraction ~ ' * (' ~ partial.n ~ ' - 1)' %}
    {{ return({
        'accepts': {
            'smallint': 'double precision',
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
        'value': truepoint.positive_zero(
            truepoint.to_double(partial.lower) ~ ' + (' ~ truepoint.to_double(partial.upper) ~ ' - ' ~ truepoint.to_double(partial.lower) ~ ') * '
            ~ truepoint.to_double(place ~ ' - floor(' ~ place ~ ')')
        ),
    }) }}
{% endmacro %}
