{#
    Conditions (`where`) and expressions are a small part of SQL, so that every engine gives the same bits: names, numbers, texts,
    + - * /, comparisons, and the words below. Division by zero is null.
#}
{% macro _get_expression_words() %}
    {{ return([
        'and', 'or', 'not', 'is', 'null', 'true', 'false', 'in', 'case', 'when', 'then', 'else', 'end',
        'abs', 'sqrt', 'floor', 'least', 'greatest', 'coalesce', 'nullif',
    ]) }}
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
    {% set names = [] %}
    {% for token in truepoint._get_tokens(expression) %}
        {% if modules.re.match('^[A-Za-z_]', token) and token | lower not in truepoint._get_expression_words() and token not in names %}
            {% do names.append(token) %}
        {% endif %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{#
    The expression as SQL, each name replaced by its SQL in `names`. What follows a `/` (a name, a number, a call or a parenthesis) is made
    null where it is zero. Where the expression divides, its numbers are doubles.
#}
{% macro _render_expression(expression, names) %}
    {% set tokens = truepoint._get_tokens(expression) %}
    {% set rendered = [] %}
    {% set state = namespace(divisor=none, depth=0) %}
    {% for token in tokens %}
        {% set is_name = modules.re.match('^[A-Za-z_]', token) and token | lower not in truepoint._get_expression_words() %}
        {% set is_number = modules.re.match('^[0-9]', token) %}
        {% if is_name %}
            {% set sql = names[token] %}
        {% elif is_number and '/' in tokens %}
            {% set sql = truepoint.to_double(token) %}
        {% elif token.startswith("'") %}
            {% set sql = truepoint._text_literal(token) %}
        {% else %}
            {% set sql = token | lower if modules.re.match('^[A-Za-z_]', token) else token %}
        {% endif %}
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
    {{ return(truepoint._tidy_sql(rendered | join(' '))) }}
{% endmacro %}

{# White space as a person would set it; texts stay as they are. #}
{% macro _tidy_sql(sql) %}
    {% set tidy = [] %}
    {% for part in modules.re.split("('(?:[^']|'')*')", sql) %}
        {% if part.startswith("'") %}
            {% do tidy.append(part) %}
        {% else %}
            {% set part = modules.re.sub('([(]) +', '\\1', part) %}
            {% set part = modules.re.sub(' +([),])', '\\1', part) %}
            {% do tidy.append(modules.re.sub('\\b(abs|sqrt|floor|least|greatest|coalesce|nullif) [(]', '\\1(', part)) %}
        {% endif %}
    {% endfor %}
    {{ return(tidy | join) }}
{% endmacro %}

{#
    A condition over columns as SQL. Where it divides, whole numbers and decimals are computed as doubles: engines differ on the quotient of whole
    numbers.
#}
{% macro _render_condition(condition, types, names) %}
    {% set sql_names = {} %}
    {% for name in truepoint._get_names(condition) %}
        {% set is_number = types[name] in truepoint._get_exact_types() %}
        {% do sql_names.update({name: truepoint.to_double(names[name]) if is_number and '/' in truepoint._get_tokens(condition) else names[name]}) %}
    {% endfor %}
    {{ return(truepoint._render_expression(condition, sql_names)) }}
{% endmacro %}
