{# What is not allowed in an expression over these names: a list of sentences, empty where all is well. #}
{% macro _get_expression_errors(expression, allowed_names) %}
    {% set errors = [] %}
    {% set depth = namespace(open=0, cases=0, closed_early=false) %}
    {% for token in truepoint._get_tokens(expression) %}
        {% if token == '(' %}
            {% set depth.open = depth.open + 1 %}
        {% elif token == ')' %}
            {% set depth.open = depth.open - 1 %}
            {% if depth.open < 0 %}{% set depth.closed_early = true %}{% endif %}
        {% elif token | lower == 'case' %}
            {% set depth.cases = depth.cases + 1 %}
        {% elif token | lower == 'end' %}
            {% set depth.cases = depth.cases - 1 %}
        {% elif token | length == 1 and not modules.re.match('^[A-Za-z0-9_+*/(),=<>-]$', token) %}
            {% do errors.append("has the character " ~ token ~ ", which is not allowed (allowed: names, numbers, 'texts', + - * / ( ) , and comparisons)") %}
        {% endif %}
    {% endfor %}
    {% for token in truepoint._get_tokens(expression) %}
        {% if token.startswith("'") and '\n' in token %}
            {% do errors.append('has a text of more than one line (allowed: one line)') %}
        {% elif token == '/' and not loop.last and truepoint._get_tokens(expression)[loop.index] | lower in ['case', 'not'] %}
            {% do errors.append('divides by a case (allowed: put it into parentheses)') %}
        {% endif %}
    {% endfor %}
    {% do errors.extend(truepoint._get_form_errors(truepoint._get_tokens(expression))) %}
    {% if depth.open != 0 or depth.closed_early %}
        {% do errors.append('has a parenthesis without its partner') %}
    {% endif %}
    {% if depth.cases != 0 %}
        {% do errors.append('has a case without its end') %}
    {% endif %}
    {% for name in truepoint._get_names(expression) if name not in allowed_names %}
        {% do errors.append('names ' ~ name ~ truepoint._did_you_mean(name, allowed_names) ~ ' (allowed: ' ~ (allowed_names | join(', ')) ~ '; words: ' ~ (truepoint._get_expression_words() | join(', ')) ~ ')') %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{#
    Mistakes in an expression's form, as far as neighbours show them: two values side by side, an operator without its right side. Types are left to
    the engine.
#}
{% macro _get_form_errors(tokens) %}
    {% set errors = [] %}
    {% set operators = ['+', '-', '*', '/', '=', '<>', '!=', '<', '>', '<=', '>=', ',', 'and', 'or', 'not', 'in', 'case', 'when', 'then', 'else', '('] %}
    {% set binary = ['*', '/', '=', '<>', '!=', '<', '>', '<=', '>=', ',', 'and', 'or', 'in', 'when', 'then', 'else', 'end', 'is', ')'] %}
    {% for token in tokens %}
        {% set this = token | lower %}
        {% set next = (tokens[loop.index] | lower) if not loop.last else none %}
        {% set is_value = this not in operators and this not in ['is', 'end', ')'] %}
        {% set is_call = this in ['abs', 'sqrt', 'floor', 'least', 'greatest', 'coalesce', 'nullif'] %}
        {% if loop.last and this in operators %}
            {% do errors.append('ends with ' ~ token) %}
        {% elif is_call and next != '(' %}
            {% do errors.append('has ' ~ token ~ ' without (') %}
        {% elif next is not none and this in operators and (next in binary) and not (this == 'case' and next == 'when') and not (this == '(' and next == ')') and not (this == 'not' and next == 'in') %}
            {% do errors.append('has nothing between ' ~ token ~ ' and ' ~ tokens[loop.index]) %}
        {% elif next is not none and (is_value or this in [')', 'end']) and not is_call and next not in operators and next not in binary %}
            {% do errors.append('has no operator between ' ~ token ~ ' and ' ~ tokens[loop.index]) %}
        {% elif this == 'is' and next not in ['null', 'not', 'true', 'false'] %}
            {% do errors.append('has is without null, true or false') %}
        {% endif %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
