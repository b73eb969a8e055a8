{#
    Conditions (`where`) and expressions are a small part of SQL, so that every engine gives the same bits: names, numbers, texts,
    + - * /, comparisons, and the words and functions below. They are read once: tokens, then a tree (parse.sql), then SQL (render.sql).
#}
{% macro _get_expression_words() %}
    {{ return(['and', 'or', 'not', 'is', 'null', 'true', 'false', 'in', 'case', 'when', 'then', 'else', 'end']) }}
{% endmacro %}

{# Function -> how many arguments it takes: [least, most]. Greatest and least of one value are no call in Spark. #}
{% macro _get_functions() %}
    {{ return({
        'abs': [1, 1],
        'sqrt': [1, 1],
        'floor': [1, 1],
        'least': [2, 100],
        'greatest': [2, 100],
        'coalesce': [1, 100],
        'nullif': [2, 2],
    }) }}
{% endmacro %}

{# Functions of the time of the decision: `hour(as_of)`, `weekday(as_of, 'Europe/Tallinn')`. #}
{% macro _get_time_functions() %}
    {{ return(['hour', 'weekday', 'day_of_month', 'day_of_year']) }}
{% endmacro %}

{# Tokens in order, white space left out: texts, names, numbers, operators; anything else is a token of one character. #}
{% macro _get_tokens(expression) %}
    {{ return(modules.re.findall(
        "'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:[.][0-9]+)?|<>|!=|<=|>=|[^ \\t\\n\\r]",
        expression | string
    )) }}
{% endmacro %}

{# Names that an expression uses, each once, in order of use. #}
{% macro _get_names(expression) %}
    {{ return(truepoint._get_tree(expression).names) }}
{% endmacro %}
