{#
    The type of a node over names of these types; none where it has any type (null), or one that nothing is known of. What does not go together is
    added to `errors`, a list of sentences.
#}
{% macro _get_node_type(node, types, errors) %}
    {% set parts = [] %}
    {% for part in node.parts %}
        {% do parts.append(truepoint._get_node_type(part, types, errors)) %}
    {% endfor %}
    {% if node.kind == 'name' %}
        {{ return(types.get(node.text)) }}
    {% elif node.kind == 'number' %}
        {{ return('numeric' if '.' in node.text else ('integer' if node.text | int <= 2147483647 else 'bigint')) }}
    {% elif node.kind == 'text' %}
        {{ return('text') }}
    {% elif node.kind == 'word' %}
        {{ return(none if node.text == 'null' else 'boolean') }}
    {% elif node.kind == 'time' %}
        {{ return('integer') }}
    {% elif node.kind in ['group', 'negate'] or node.kind == 'call' and node.text in ['abs', 'floor'] %}
        {% if node.kind != 'group' %}
            {% do truepoint._expect_numbers(node, parts, errors) %}
        {% endif %}
        {{ return(parts[0]) }}
    {% elif node.kind == 'arithmetic' %}
        {% do truepoint._expect_numbers(node, parts, errors) %}
        {{ return('double precision' if node.text == '/' else truepoint._get_common_type(node, node.parts, parts, errors)) }}
    {% elif node.kind == 'call' and node.text == 'sqrt' %}
        {% do truepoint._expect_numbers(node, parts, errors) %}
        {{ return('double precision') }}
    {% elif node.kind == 'call' %}
        {{ return(truepoint._get_common_type(node, node.parts, parts, errors)) }}
    {% elif node.kind == 'case' %}
        {{ return(truepoint._get_case_type(node, parts, errors)) }}
    {% elif node.kind in ['comparison', 'in'] %}
        {% do truepoint._get_common_type(node, node.parts, parts, errors) %}
    {% elif node.kind in ['logic', 'not'] or node.kind == 'is' and 'null' not in node.text %}
        {% do truepoint._expect_booleans(node.text if node.kind != 'is' else 'is ' ~ node.text, parts, errors) %}
    {% endif %}
    {{ return('boolean') }}
{% endmacro %}

{% macro _get_case_type(node, parts, errors) %}
    {% set sides = {'compared': [], 'results': []} %}
    {% for role in node.roles %}
        {% if role == 'when' and node.roles[0] != 'operand' %}
            {% do truepoint._expect_booleans('when', [parts[loop.index0]], errors) %}
        {% else %}
            {% do sides['compared' if role in ['operand', 'when'] else 'results'].append(loop.index0) %}
        {% endif %}
    {% endfor %}
    {% set types = {} %}
    {% for side, places in sides.items() %}
        {% set nodes = [] %}
        {% set node_types = [] %}
        {% for place in places %}
            {% do nodes.append(node.parts[place]) %}
            {% do node_types.append(parts[place]) %}
        {% endfor %}
        {% do types.update({side: truepoint._get_common_type(node, nodes, node_types, errors)}) %}
    {% endfor %}
    {{ return(types.results) }}
{% endmacro %}

{# The one type of values that meet: of numbers the widest. A text that meets a time is a time, if it is written as one. #}
{% macro _get_common_type(node, nodes, types, errors) %}
    {% set known = types | select | unique | list %}
    {% set numbers = truepoint._get_number_types() %}
    {% set times = ['timestamptz', 'date'] | select('in', known) | list %}
    {% if times %}
        {% for literal in nodes if literal.kind == 'text' %}
            {% set error = truepoint._get_time_error(literal.text, times[0]) %}
            {% if error and error not in errors %}
                {% do errors.append(error) %}
            {% endif %}
        {% endfor %}
        {% set known = known | reject('equalto', 'text') | list if nodes | selectattr('kind', 'equalto', 'text') | list else known %}
    {% endif %}
    {% if known and not known | reject('in', numbers) | list %}
        {{ return((numbers | select('in', known) | list)[-1]) }}
    {% endif %}
    {% set families = [] %}
    {% for type in known if truepoint._get_kind(type) and truepoint._get_kind(type) not in families %}
        {% do families.append(truepoint._get_kind(type)) %}
    {% endfor %}
    {% if families | length > 1 %}
        {% set what = {'call': node.text, 'case': 'case'}.get(node.kind, node.text) %}
        {% do errors.append(what ~ ' has ' ~ (families | join(' and ')) ~ ' (allowed: values of one kind)') %}
    {% endif %}
    {{ return(known[0] if known | length == 1 else none) }}
{% endmacro %}

{% macro _expect_numbers(node, types, errors) %}
    {% for type in types if truepoint._get_kind(type) not in [none, 'number'] %}
        {% do errors.append(node.text ~ ' has a ' ~ type ~ ' (allowed: numbers)') %}
    {% endfor %}
{% endmacro %}

{% macro _expect_booleans(word, types, errors) %}
    {% for type in types if type and type != 'boolean' %}
        {% do errors.append(word ~ ' has a ' ~ type ~ ' (allowed: a boolean, or a comparison)') %}
    {% endfor %}
{% endmacro %}

{# Types of numbers, from the narrowest to the widest. #}
{% macro _get_number_types() %}
    {{ return(truepoint._get_exact_types() + ['double precision']) }}
{% endmacro %}

{# What kind of value a type has: values of different kinds do not meet; none where nothing is known of it. #}
{% macro _get_kind(type) %}
    {{ return('number' if type in truepoint._get_number_types() else {'boolean': 'boolean', 'text': 'text', 'timestamptz': 'time', 'date': 'day'}.get(type)) }}
{% endmacro %}
