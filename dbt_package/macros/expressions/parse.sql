{#
    An expression as a tree, read once in a run: {tree, names, uses, error}. `names`: those that it uses, each once, in order of use. `uses`: the
    signs and functions in it. `error`: the first mistake in its form, as a sentence; none where all is well, and only then there is a tree.

    A node is {kind, text, parts}, where `parts` are nodes:
    name, number, text     as written
    word                   null, true, false
    time                   a function of the time of the decision; `text` its name, `zone` as written in quotes, or none
    group                  parentheses
    negate, not            one part
    arithmetic             + - * /
    comparison             = <> != < > <= >=
    logic                  and, or
    is                     `text`: null, not null, true, …
    in                     `text`: in, not in; the first part is looked for among the others
    call                   a function and its arguments
    case                   `roles` says what each part is: operand, when, then, else
#}
{% macro _get_tree(expression) %}
    {% set trees = graph.setdefault('truepoint_trees', {}) %}
    {% if expression | string not in trees %}
        {% set state = {'tokens': truepoint._get_tokens(expression), 'at': 0, 'error': none, 'names': [], 'uses': []} %}
        {% set tree = truepoint._parse(state, 0) %}
        {% if not state.error and state.at < state.tokens | length %}
            {% set token = state.tokens[state.at] %}
            {% do truepoint._fail(state, 'has a parenthesis without its partner' if token == ')' else 'has no operator between ' ~ state.tokens[state.at - 1] ~ ' and ' ~ token) %}
        {% endif %}
        {% do trees.update({expression | string: {'tree': none if state.error else tree, 'names': state.names, 'uses': state.uses, 'error': state.error}}) %}
        {% if state.error %}
            {# What is left unread names things too. #}
            {% for token in state.tokens if truepoint._is_name(token) and token not in state.names + truepoint._get_time_functions() + ['as_of'] %}
                {% do state.names.append(token) %}
            {% endfor %}
        {% endif %}
    {% endif %}
    {{ return(trees[expression | string]) }}
{% endmacro %}

{# How strongly a sign binds; signs of one strength from the left. #}
{% macro _get_powers() %}
    {{ return({
        'or': 1, 'and': 2,
        'is': 4, 'in': 4, 'not': 4, '=': 4, '<>': 4, '!=': 4, '<': 4, '>': 4, '<=': 4, '>=': 4,
        '+': 5, '-': 5, '*': 6, '/': 6,
    }) }}
{% endmacro %}

{# The longest tree from here on whose signs bind more strongly than `power`. #}
{% macro _parse(state, power) %}
    {% set powers = truepoint._get_powers() %}
    {% set left = namespace(node=truepoint._parse_operand(state, power)) %}
    {% for _ in state.tokens %}
        {% set sign = truepoint._peek(state) %}
        {% if state.error or powers.get(sign, 0) <= power %}{% break %}{% endif %}
        {% if powers[sign] == 4 and left.node.kind in ['comparison', 'is', 'in'] %}
            {% do truepoint._fail(state, 'compares what is a comparison already, at ' ~ sign ~ ' (allowed: a < b and b < c; or parentheses)') %}
        {% elif sign == 'is' %}
            {% set left.node = truepoint._parse_is(state, left.node) %}
        {% elif sign in ['in', 'not'] %}
            {% set left.node = truepoint._parse_in(state, left.node) %}
        {% else %}
            {% do truepoint._take(state) %}
            {% do state.uses.append(sign) %}
            {% set kind = {1: 'logic', 2: 'logic', 4: 'comparison'}.get(powers[sign], 'arithmetic') %}
            {% set left.node = {'kind': kind, 'text': sign, 'parts': [left.node, truepoint._parse(state, powers[sign])]} %}
        {% endif %}
    {% endfor %}
    {{ return(left.node) }}
{% endmacro %}

{# A value: what stands before a sign or after it. #}
{% macro _parse_operand(state, power) %}
    {% set before = state.tokens[state.at - 1] if state.at else none %}
    {% set token = truepoint._take(state) %}
    {% set word = token | lower if token else none %}
    {% set functions = truepoint._get_functions() %}
    {% if state.error %}
        {{ return(none) }}
    {% elif token is none %}
        {{ return(truepoint._fail(state, 'ends with ' ~ before if before else 'is empty')) }}
    {% elif token == '(' %}
        {% set inner = truepoint._parse(state, 0) %}
        {% do truepoint._expect(state, ')', 'has a parenthesis without its partner') %}
        {{ return({'kind': 'group', 'text': '', 'parts': [inner]}) }}
    {% elif token == '-' %}
        {% do state.uses.append('negate') %}
        {{ return({'kind': 'negate', 'text': '-', 'parts': [truepoint._parse(state, 6)]}) }}
    {% elif token == '+' %}
        {{ return(truepoint._parse(state, 6)) }}
    {% elif word == 'not' %}
        {% if power > 3 %}
            {{ return(truepoint._fail(state, 'has not after ' ~ before ~ ' (allowed: put it into parentheses)')) }}
        {% endif %}
        {{ return({'kind': 'not', 'text': 'not', 'parts': [truepoint._parse(state, 3)]}) }}
    {% elif word == 'case' %}
        {% if before == '/' %}
            {{ return(truepoint._fail(state, 'divides by a case (allowed: put it into parentheses)')) }}
        {% endif %}
        {{ return(truepoint._parse_case(state)) }}
    {% elif word in ['null', 'true', 'false'] %}
        {{ return({'kind': 'word', 'text': word, 'parts': []}) }}
    {% elif token.startswith("'") %}
        {{ return({'kind': 'text', 'text': token, 'parts': []}) }}
    {% elif modules.re.match('[0-9]', token) %}
        {{ return({'kind': 'number', 'text': token, 'parts': []}) }}
    {% elif truepoint._peek(state) == '(' and (word in functions or truepoint._is_name(token)) %}
        {{ return(truepoint._parse_call(state, token)) }}
    {% elif word in functions %}
        {{ return(truepoint._fail(state, 'has ' ~ token ~ ' without (')) }}
    {% elif truepoint._is_name(token) %}
        {% if token not in state.names %}
            {% do state.names.append(token) %}
        {% endif %}
        {{ return({'kind': 'name', 'text': token, 'parts': []}) }}
    {% endif %}
    {{ return(truepoint._fail(state, 'has nothing ' ~ ('between ' ~ before ~ ' and ' if before else 'before ') ~ token)) }}
{% endmacro %}

{% macro _parse_is(state, of) %}
    {% do truepoint._take(state) %}
    {% set negated = truepoint._peek(state) == 'not' %}
    {% if negated %}{% do truepoint._take(state) %}{% endif %}
    {% set what = truepoint._peek(state) %}
    {% if what not in ['null', 'true', 'false'] %}
        {{ return(truepoint._fail(state, 'has is without null, true or false')) }}
    {% endif %}
    {% do truepoint._take(state) %}
    {{ return({'kind': 'is', 'text': ('not ' if negated else '') ~ what, 'parts': [of]}) }}
{% endmacro %}

{% macro _parse_in(state, of) %}
    {% set negated = truepoint._peek(state) == 'not' %}
    {% if negated %}{% do truepoint._take(state) %}{% endif %}
    {% do truepoint._expect(state, 'in', 'has no operator between ' ~ state.tokens[state.at - 2] ~ ' and not') %}
    {% do truepoint._expect(state, '(', 'has in without (') %}
    {% set among = truepoint._parse_list(state) %}
    {% if not state.error and not among %}
        {% do truepoint._fail(state, 'has in (), a list of nothing (allowed: one value or more)') %}
    {% endif %}
    {{ return({'kind': 'in', 'text': 'not in' if negated else 'in', 'parts': [of] + (among or [])}) }}
{% endmacro %}

{% macro _parse_call(state, token) %}
    {% set name = token | lower %}
    {% set bounds = truepoint._get_functions().get(name) %}
    {% do truepoint._take(state) %}
    {% if name in truepoint._get_time_functions() %}
        {{ return(truepoint._parse_time(state, name)) }}
    {% elif not bounds %}
        {% do state.names.append(token) %}
        {{ return(truepoint._fail(state, 'calls ' ~ token ~ ', which is no function here (allowed: ' ~ ((truepoint._get_functions() | list) | join(', ')) ~ ')')) }}
    {% endif %}
    {% do state.uses.append(name) %}
    {% set arguments = truepoint._parse_list(state) %}
    {% if not state.error and not bounds[0] <= arguments | length <= bounds[1] %}
        {% set allowed = bounds[0] | string if bounds[0] == bounds[1] else bounds[0] ~ ' or more' %}
        {% do truepoint._fail(state, 'gives ' ~ name ~ ' ' ~ (arguments | length) ~ ' arguments (allowed: ' ~ allowed ~ ')') %}
    {% endif %}
    {{ return({'kind': 'call', 'text': name, 'parts': arguments}) }}
{% endmacro %}

{# `as_of`, and perhaps a zone in quotes. #}
{% macro _parse_time(state, name) %}
    {% set allowed = name ~ "(as_of), or " ~ name ~ "(as_of, 'Europe/Tallinn')" %}
    {% do state.uses.append(name) %}
    {% do truepoint._expect(state, 'as_of', 'has ' ~ name ~ ' of something else than as_of (allowed: ' ~ allowed ~ ')') %}
    {% set zone = none %}
    {% if truepoint._peek(state) == ',' %}
        {% do truepoint._take(state) %}
        {% set zone = truepoint._take(state) %}
        {% set error = truepoint._get_zone_error(zone or '') %}
        {% if error %}
            {% do truepoint._fail(state, error) %}
        {% endif %}
    {% endif %}
    {% do truepoint._expect(state, ')', 'has ' ~ name ~ ' of more than a time and a zone (allowed: ' ~ allowed ~ ')') %}
    {{ return({'kind': 'time', 'text': name, 'zone': zone[1:-1] if zone else 'UTC', 'parts': []}) }}
{% endmacro %}

{# Values between commas, and the parenthesis that ends them. #}
{% macro _parse_list(state) %}
    {% set values = [] %}
    {% if truepoint._peek(state) != ')' %}
        {% for _ in state.tokens %}
            {% do values.append(truepoint._parse(state, 0)) %}
            {% if state.error or truepoint._peek(state) != ',' %}{% break %}{% endif %}
            {% do truepoint._take(state) %}
        {% endfor %}
    {% endif %}
    {% do truepoint._expect(state, ')', 'has a parenthesis without its partner') %}
    {{ return(values) }}
{% endmacro %}

{% macro _parse_case(state) %}
    {% set node = {'kind': 'case', 'text': 'case', 'parts': [], 'roles': []} %}
    {% if truepoint._peek(state) != 'when' %}
        {% do node.roles.append('operand') %}
        {% do node.parts.append(truepoint._parse(state, 0)) %}
    {% endif %}
    {% for _ in state.tokens %}
        {% do truepoint._expect(state, 'when', 'has a case without when') %}
        {% do node.parts.append(truepoint._parse(state, 0)) %}
        {% do truepoint._expect(state, 'then', 'has a when without then') %}
        {% do node.parts.append(truepoint._parse(state, 0)) %}
        {% do node.roles.extend(['when', 'then']) %}
        {% if state.error or truepoint._peek(state) != 'when' %}{% break %}{% endif %}
    {% endfor %}
    {% if truepoint._peek(state) == 'else' %}
        {% do truepoint._take(state) %}
        {% do node.roles.append('else') %}
        {% do node.parts.append(truepoint._parse(state, 0)) %}
    {% endif %}
    {% do truepoint._expect(state, 'end', 'has a case without its end') %}
    {{ return(node) }}
{% endmacro %}

{# The next token in lower case, which is how words are told; none at the end. #}
{% macro _peek(state) %}
    {{ return(state.tokens[state.at] | lower if state.at < state.tokens | length else none) }}
{% endmacro %}

{# The next token, which is read by this; none at the end. #}
{% macro _take(state) %}
    {% set token = state.tokens[state.at] if state.at < state.tokens | length else none %}
    {% do state.update({'at': state.at + 1}) %}
    {{ return(token) }}
{% endmacro %}

{% macro _expect(state, word, error) %}
    {% if not state.error and truepoint._peek(state) != word %}
        {% set next = state.tokens[state.at] if state.at < state.tokens | length else none %}
        {% set before = state.tokens[state.at - 1] if state.at else none %}
        {% set is_value = next and (truepoint._is_name(next) or next[0] in "'(0123456789") %}
        {% do truepoint._fail(state, 'has no operator between ' ~ before ~ ' and ' ~ next if is_value and word in [')', 'then', 'end'] else error) %}
    {% endif %}
    {% do truepoint._take(state) %}
{% endmacro %}

{# The first mistake is the one that is told. #}
{% macro _fail(state, error) %}
    {% if not state.error %}
        {% do state.update({'error': error}) %}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro _is_name(token) %}
    {{ return(modules.re.match('[A-Za-z_]', token) is not none and token | lower not in truepoint._get_expression_words() + (truepoint._get_functions() | list)) }}
{% endmacro %}
