{#
    Conditions (`where`) and expressions are a small part of SQL, so that every engine gives the same bits: names, numbers, texts,
    + - * /, comparisons, and the words below. Division by zero is null.
#}

{% macro get_expression_words() %}
    {{ return([
        'and', 'or', 'not', 'is', 'null', 'true', 'false', 'in', 'case', 'when', 'then', 'else', 'end',
        'abs', 'sqrt', 'floor', 'least', 'greatest', 'coalesce', 'nullif',
    ]) }}
{% endmacro %}

{# Tokens in order, white space left out: texts, names, numbers, operators; anything else is a token of one character. #}
{% macro get_tokens(expression) %}
    {{ return(modules.re.findall(
        "'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:[.][0-9]+)?|<>|!=|<=|>=|[^ \\t\\n\\r]",
        expression | string
    )) }}
{% endmacro %}

{# Names that an expression uses, each once, in order of use. #}
{% macro get_names(expression) %}
    {% set names = [] %}
    {% for token in get_tokens(expression) %}
        {% if modules.re.match('^[A-Za-z_]', token) and token | lower not in get_expression_words() and token not in names %}
            {% do names.append(token) %}
        {% endif %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{# What is not allowed in an expression over these names: a list of sentences, empty where all is well. #}
{% macro get_expression_errors(expression, allowed_names) %}
    {% set errors = [] %}
    {% set depth = namespace(open=0, cases=0, closed_early=false) %}
    {% for token in get_tokens(expression) %}
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
    {% if depth.open != 0 or depth.closed_early %}
        {% do errors.append('has a parenthesis without its partner') %}
    {% endif %}
    {% if depth.cases != 0 %}
        {% do errors.append('has a case without its end') %}
    {% endif %}
    {% for name in get_names(expression) if name not in allowed_names %}
        {% do errors.append('names ' ~ name ~ did_you_mean(name, allowed_names) ~ ' (allowed: ' ~ (allowed_names | join(', ')) ~ '; words: ' ~ (get_expression_words() | join(', ')) ~ ')') %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{#
    The expression as SQL, each name replaced by its SQL in `names`. What follows a `/` (a name, a number, a call or a parenthesis) is made
    null where it is zero.
#}
{% macro render_expression(expression, names) %}
    {% set tokens = get_tokens(expression) %}
    {% set rendered = [] %}
    {% set state = namespace(divisor=none, depth=0) %}
    {% for token in tokens %}
        {% set is_name = modules.re.match('^[A-Za-z_]', token) and token | lower not in get_expression_words() %}
        {% set sql = names[token] if is_name else (token | lower if modules.re.match('^[A-Za-z_]', token) else token) %}
        {% if token.startswith("'") %}{% set sql = text_literal(token) %}{% endif %}
        {% set following = tokens[loop.index] if not loop.last else '' %}
        {% if state.divisor == 'next' and token not in ['-', '+'] %}
            {% set state.divisor = 'open' %}
            {% set state.depth = 0 %}
            {% do rendered.append('nullif(') %}
        {% endif %}
        {% do rendered.append(sql) %}
        {% if state.divisor == 'open' %}
            {% if token == '(' %}{% set state.depth = state.depth + 1 %}{% endif %}
            {% if token == ')' %}{% set state.depth = state.depth - 1 %}{% endif %}
            {% if state.depth == 0 and not (following == '(' and token != ')') %}
                {% do rendered.append(', 0)') %}
                {% set state.divisor = none %}
            {% endif %}
        {% elif token == '/' %}
            {% set state.divisor = 'next' %}
        {% endif %}
    {% endfor %}
    {{ return(tidy_sql(rendered | join(' '))) }}
{% endmacro %}

{# White space as a person would set it. #}
{% macro tidy_sql(sql) %}
    {% set sql = modules.re.sub('([(]) +', '\\1', sql) %}
    {% set sql = modules.re.sub(' +([),])', '\\1', sql) %}
    {% set sql = modules.re.sub('\\b(abs|sqrt|floor|least|greatest|coalesce|nullif) [(]', '\\1(', sql) %}
    {{ return(sql) }}
{% endmacro %}
