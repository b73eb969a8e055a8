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
    {% for token in get_tokens(expression) %}
        {% if token.startswith("'") and '\n' in token %}
            {% do errors.append('has a text of more than one line (allowed: one line)') %}
        {% elif token == '/' and not loop.last and get_tokens(expression)[loop.index] | lower in ['case', 'not'] %}
            {% do errors.append('divides by a case (allowed: put it into parentheses)') %}
        {% endif %}
    {% endfor %}
    {% do errors.extend(get_form_errors(get_tokens(expression))) %}
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
    null where it is zero. Where the expression divides, its numbers are doubles.
#}
{% macro render_expression(expression, names) %}
    {% set tokens = get_tokens(expression) %}
    {% set rendered = [] %}
    {% set state = namespace(divisor=none, depth=0) %}
    {% for token in tokens %}
        {% set is_name = modules.re.match('^[A-Za-z_]', token) and token | lower not in get_expression_words() %}
        {% set is_number = modules.re.match('^[0-9]', token) %}
        {% if is_name %}
            {% set sql = names[token] %}
        {% elif is_number and '/' in tokens %}
            {% set sql = to_double(token) %}
        {% elif token.startswith("'") %}
            {% set sql = text_literal(token) %}
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
    {{ return(tidy_sql(rendered | join(' '))) }}
{% endmacro %}

{# White space as a person would set it; texts stay as they are. #}
{% macro tidy_sql(sql) %}
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
{% macro render_condition(condition, types, names) %}
    {% set sql_names = {} %}
    {% for name in get_names(condition) %}
        {% set is_number = types[name] in ['integer', 'bigint', 'numeric'] %}
        {% do sql_names.update({name: to_double(names[name]) if is_number and '/' in get_tokens(condition) else names[name]}) %}
    {% endfor %}
    {{ return(render_expression(condition, sql_names)) }}
{% endmacro %}

{#
    Mistakes in an expression's form, as far as neighbours show them: two values side by side, an operator without its right side. Types are left to
    the engine.
#}
{% macro get_form_errors(tokens) %}
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
