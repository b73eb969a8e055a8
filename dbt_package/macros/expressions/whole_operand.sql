{# A number in an expression whose result is no double. Where the engine would wrap in silence, the arithmetic is made exact. #}
{% macro _whole_operand(number, expression) %}
    {{ return(adapter.dispatch('_whole_operand', 'truepoint')(number, expression)) }}
{% endmacro %}

{% macro postgres___whole_operand(number, expression) %}
    {{ return(number) }}
{% endmacro %}

{% macro spark___whole_operand(number, expression) %}
    {% set computes = truepoint._get_tokens(expression) | select('in', ['+', '-', '*']) | list %}
    {{ return(truepoint.to_exact(number) if computes else number) }}
{% endmacro %}
