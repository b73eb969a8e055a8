{#
    What is not allowed in an expression over names of these types: a list of sentences, empty where all is well.

    types       name -> type; none where a mistake elsewhere hides it
    is_derived  whether it may ask for the time of the decision
#}
{% macro _get_expression_errors(expression, types, is_derived=false) %}
    {% set errors = truepoint._get_token_errors(truepoint._get_tokens(expression)) %}
    {% set tree = truepoint._get_tree(expression) %}
    {% set unknown = tree.names | reject('in', types) | list %}
    {% set words = truepoint._get_expression_words() + (truepoint._get_functions() | list) %}
    {% if is_derived %}
        {% for function in truepoint._get_time_functions() %}
            {% do words.append(function ~ '(as_of)') %}
        {% endfor %}
    {% endif %}
    {% for name in unknown %}
        {% do errors.append(
            'names ' ~ name ~ truepoint._did_you_mean(name, types) ~ ' (allowed: ' ~ (types | join(', ')) ~ '; words: ' ~ (words | join(', '))
            ~ "; a text in quotes: '" ~ name ~ "')"
        ) %}
    {% endfor %}
    {% if tree.error and not errors %}
        {% do errors.append(tree.error) %}
    {% elif not tree.error and not unknown %}
        {% do truepoint._get_node_type(tree.tree, types, errors) %}
    {% endif %}
    {% if not is_derived and tree.uses | select('in', truepoint._get_time_functions()) | list %}
        {% do errors.append('asks for the time of the decision, which a condition over events does not know (allowed: in a derived view)') %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}

{# Signs that have no place in an expression, and pairs that are not whole. #}
{% macro _get_token_errors(tokens) %}
    {% set errors = [] %}
    {% set depth = namespace(open=0, cases=0, closed_early=false) %}
    {% for token in tokens %}
        {% if token == '(' %}
            {% set depth.open = depth.open + 1 %}
        {% elif token == ')' %}
            {% set depth.open = depth.open - 1 %}
            {% if depth.open < 0 %}{% set depth.closed_early = true %}{% endif %}
        {% elif token | lower == 'case' %}
            {% set depth.cases = depth.cases + 1 %}
        {% elif token | lower == 'end' %}
            {% set depth.cases = depth.cases - 1 %}
        {% elif token == "'" %}
            {% do errors.append("has a text without its closing '") %}
        {% elif token.startswith("'") and '\x00' in token %}
            {% do errors.append('has a text with the character NUL, which Postgres has not (allowed: any other)') %}
        {% elif token | length == 1 and not modules.re.match('^[A-Za-z0-9_+*/(),=<>-]$', token) %}
            {% do errors.append("has the character " ~ token ~ ", which is not allowed (allowed: names, numbers, 'texts', + - * / ( ) , and comparisons)") %}
        {% endif %}
    {% endfor %}
    {% if depth.open != 0 or depth.closed_early %}
        {% do errors.append('has a parenthesis without its partner') %}
    {% endif %}
    {% if depth.cases != 0 %}
        {% do errors.append('has a case without its end') %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}
