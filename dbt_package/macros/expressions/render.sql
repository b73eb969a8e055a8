{#
    An expression as SQL, each name replaced by its SQL in `names`, of the type in `types`. What divides is null where it is zero; where the
    expression divides, its numbers are doubles; `is_double`: the names are doubles anyway. What goes into a comparison, least or greatest is null where it is NaN.
#}
{% macro _render_expression(expression, names, types, is_double=false) %}
    {% set tree = truepoint._get_tree(expression) %}
    {{ return(truepoint._render_node(tree.tree, {'names': names, 'types': types, 'divides': '/' in tree.uses, 'is_double': is_double})) }}
{% endmacro %}

{# Whether an expression computes with numbers, so that whole ones could leave their type on the way. #}
{% macro _computes(expression) %}
    {{ return(truepoint._get_tree(expression).uses | select('in', ['+', '-', '*', 'negate', 'abs']) | list | length > 0) }}
{% endmacro %}

{#
    A condition over columns as SQL. Where it divides, whole numbers and decimals are computed as doubles: engines differ on the quotient of whole
    numbers. Where it computes otherwise, whole numbers are exact.
#}
{% macro _render_condition(condition, types, names) %}
    {% set sql_names = {} %}
    {% for name in truepoint._get_names(condition) %}
        {% set sql = names[name] %}
        {% if types[name] in truepoint._get_exact_types() and '/' in truepoint._get_tree(condition).uses %}
            {% set sql = truepoint.to_double(sql) %}
        {% elif types[name] in truepoint._get_whole_types() and truepoint._computes(condition) %}
            {% set sql = truepoint.to_exact(sql) %}
        {% endif %}
        {% do sql_names.update({name: sql}) %}
    {% endfor %}
    {{ return(truepoint._render_expression(condition, sql_names, types)) }}
{% endmacro %}

{% macro _render_node(node, scope) %}
    {% if node.kind == 'name' %}
        {{ return(scope.names[node.text]) }}
    {% elif node.kind == 'number' %}
        {{ return(truepoint.to_double(node.text) if scope.divides else node.text) }}
    {% elif node.kind == 'text' %}
        {{ return(truepoint._text_literal(node.text)) }}
    {% elif node.kind == 'word' %}
        {{ return(node.text) }}
    {% elif node.kind == 'time' %}
        {{ return(truepoint._time_part(node.text, node.zone)) }}
    {% elif node.kind == 'case' %}
        {{ return(truepoint._render_case(node, scope)) }}
    {% endif %}
    {% set is_ordered = node.kind in ['comparison', 'in'] or node.kind == 'call' and node.text in ['least', 'greatest'] %}
    {% set parts = truepoint._render_parts(node.parts, scope, is_ordered) %}
    {% if node.text in ['<', '>', '<=', '>=', 'least', 'greatest'] %}
        {% set parts = truepoint._put_texts_by_bytes(node.parts, parts, scope.types) %}
    {% endif %}
    {% if node.kind == 'group' %}
        {{ return('(' ~ parts[0] ~ ')') }}
    {% elif node.kind == 'negate' %}
        {{ return('- ' ~ parts[0]) }}
    {% elif node.kind == 'not' %}
        {{ return('not ' ~ parts[0]) }}
    {% elif node.kind == 'is' %}
        {{ return(parts[0] ~ ' is ' ~ node.text) }}
    {% elif node.kind == 'in' %}
        {{ return(parts[0] ~ ' ' ~ node.text ~ ' (' ~ (parts[1:] | join(', ')) ~ ')') }}
    {% elif node.text == '/' %}
        {{ return(truepoint.divide(parts[0], parts[1])) }}
    {% elif node.kind == 'call' and node.text == 'sqrt' %}
        {% set number = parts[0] if scope.divides else truepoint.to_double(parts[0]) %}
        {{ return('sqrt(case when ' ~ number ~ ' >= 0 then ' ~ number ~ ' end)') }}
    {% elif node.kind == 'call' and node.text == 'floor' %}
        {{ return(truepoint._floor(parts[0], 'double precision' if scope.divides or scope.is_double else truepoint._get_node_type(node, scope.types, []))) }}
    {% elif node.kind == 'call' %}
        {{ return(node.text ~ '(' ~ (parts | join(', ')) ~ ')') }}
    {% endif %}
    {{ return(parts[0] ~ ' ' ~ node.text ~ ' ' ~ parts[1]) }}
{% endmacro %}

{# Values that meet: a text that meets a time is that time; where they are put in order (`is_ordered`), NaN is null. #}
{% macro _render_parts(parts, scope, is_ordered=false) %}
    {% set rendered = [] %}
    {% set types = [] %}
    {% for part in parts %}
        {% do types.append(truepoint._get_node_type(part, scope.types, [])) %}
    {% endfor %}
    {% set times = ['timestamptz', 'date'] | select('in', types) | list %}
    {% for part in parts %}
        {% if part.kind == 'text' and times %}
            {% do rendered.append(truepoint._time_literal(part.text, times[0])) %}
        {% elif is_ordered and truepoint._may_be_nan(part, scope.types) %}
            {% do rendered.append(truepoint._without_nan(truepoint._render_node(part, scope))) %}
        {% else %}
            {% do rendered.append(truepoint._render_node(part, scope)) %}
        {% endif %}
    {% endfor %}
    {{ return(rendered) }}
{% endmacro %}

{# Texts that are put in order go by their bytes, in a database of any collation: the first of them says it for all. A time next to them makes them times. #}
{% macro _put_texts_by_bytes(nodes, parts, types) %}
    {% set found = [] %}
    {% for node in nodes %}
        {% do found.append(truepoint._get_node_type(node, types, [])) %}
    {% endfor %}
    {% if found | reject('none') | unique | list != ['text'] %}
        {{ return(parts) }}
    {% endif %}
    {% set first = found.index('text') %}
    {{ return(parts[:first] + [truepoint.by_bytes(parts[first])] + parts[first + 1:]) }}
{% endmacro %}

{% macro _render_case(node, scope) %}
    {% set places = {'when': [], 'then': []} %}
    {% for role in node.roles %}
        {% do places['when' if role in ['operand', 'when'] else 'then'].append(loop.index0) %}
    {% endfor %}
    {% set rendered = {} %}
    {% for side in places.values() %}
        {% set parts = [] %}
        {% for place in side %}
            {% do parts.append(node.parts[place]) %}
        {% endfor %}
        {% set sql = truepoint._render_parts(parts, scope) %}
        {% for place in side %}
            {% do rendered.update({place: sql[loop.index0]}) %}
        {% endfor %}
    {% endfor %}
    {% set words = ['case'] %}
    {% for role in node.roles %}
        {% do words.append((role ~ ' ' if role != 'operand' else '') ~ rendered[loop.index0]) %}
    {% endfor %}
    {{ return((words + ['end']) | join(' ')) }}
{% endmacro %}

{# Whether a value is a double that comes from a column, a request or a feature: a NaN comes from nowhere else. #}
{% macro _may_be_nan(node, types) %}
    {% if node.kind == 'name' %}
        {{ return(types.get(node.text) == 'double precision') }}
    {% elif node.kind in ['comparison', 'logic', 'not', 'is', 'in'] %}
        {{ return(false) }}
    {% endif %}
    {% for part in node.parts if truepoint._may_be_nan(part, types) %}
        {{ return(true) }}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}
