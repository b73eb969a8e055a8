{# `of` of the latest event, null or not. #}
{% macro aggregate_last(of, partial) %}
    {{ return({
        'accepts': {'any': 'same'},
        'plan': 'latest',
        'value': partial.value,
    }) }}
{% endmacro %}
