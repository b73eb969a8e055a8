{# Mistakes in a derived view and its features. `wrong`: names of models with mistakes of their own, whose features have no type yet. #}
{% macro _get_derived_view_errors(node, wrong) %}
    {% set errors = [] %}
    {% set view = truepoint._get_meta(node).derived_view %}
    {% if view is not mapping %}
        {{ return([truepoint._definition_error(
            node, node.name,
            given='meta.derived_view is ' ~ (view | string),
            allowed='{request: {FIELD: TYPE, …}}, or {}',
        )]) }}
    {% endif %}
    {% do errors.extend(truepoint._get_key_errors(node, node.name ~ ', meta.derived_view', view, ['request'])) %}
    {% set spines = truepoint._get_inputs(node, 'spine') %}
    {% if spines | length != 1 %}
        {{ return(errors + [truepoint._definition_error(
            node, node.name,
            given='the body names ' ~ (spines | length) ~ ' models with meta.spine',
            allowed='one',
        )]) }}
    {% endif %}
    {% set request = view.get('request') or {} %}
    {% do errors.extend(truepoint._get_request_errors(node, node.name, request, spines[0])) %}

    {% set types = {} %}
    {% for field, type in (request.items() if request is mapping else []) %}
        {% do types.update({field: truepoint._get_value_type(type)}) %}
    {% endfor %}
    {% for input in truepoint._get_inputs(node, 'feature_view') + truepoint._get_inputs(node, 'derived_view') + [node] %}
        {% for column in input.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
            {% do types.update({column.name: truepoint._get_value_type(column.data_type)}) %}
        {% endfor %}
    {% endfor %}
    {% set names = types | list %}
    {% set arrays = [] %}
    {% for input in truepoint._get_inputs(node, 'feature_view') if input.name not in wrong %}
        {% for feature in truepoint._get_feature_view(input).features %}
            {% do types.update({feature.name: feature.type}) %}
            {% if feature.type.endswith('[]') %}{% do arrays.append(feature.name) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {% set features = [] %}
    {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
        {% set feature = truepoint._get_meta(column).feature %}
        {% do errors.extend(truepoint._get_column_errors(node, column, truepoint._get_column_types(spines[0]))) %}
        {% set is_ratio = feature is mapping and feature.ratio is defined %}
        {% if feature is mapping and feature.default is defined %}
            {% do errors.append(truepoint._definition_error(
                node, column.name,
                given='default is given, and a derived feature has none',
                allowed='a second feature with the expression coalesce(' ~ column.name ~ ', ' ~ feature.default ~ ')',
            )) %}
        {% endif %}
        {% if is_ratio %}
            {% do errors.extend(truepoint._get_ratio_errors(node, column, names)) %}
        {% elif truepoint._get_value_type(column.data_type) not in truepoint._get_value_types() %}
            {% do errors.append(truepoint._definition_error(
                node, column.name,
                given='data_type is ' ~ (column.data_type or 'not given') ~ ', and an expression needs it',
                allowed=(truepoint._get_value_types() | join(', ')),
            )) %}
        {% endif %}
        {% if is_ratio %}
            {% do features.append({'name': column.name, 'names': truepoint._get_names(truepoint._get_expression(feature))}) %}
        {% elif feature is not mapping or not feature.get('expression') %}
            {% do errors.append(truepoint._definition_error(
                node, column.name,
                given='meta.feature is ' ~ (feature | string),
                allowed='{expression: SQL over features and request fields}, or {ratio: {numerator: FEATURE, denominator: FEATURE}}',
            )) %}
        {% else %}
            {% do errors.extend(truepoint._get_key_errors(node, column.name, feature, ['expression', 'default'])) %}
            {% for error in truepoint._get_expression_errors(feature.expression, types, is_derived=true) %}
                {% do errors.append(truepoint._definition_error(node, column.name, given='expression: ' ~ feature.expression ~ ': ' ~ error)) %}
            {% endfor %}
            {% do errors.extend(truepoint._get_result_errors(node, column, feature.expression, types)) %}
            {% do errors.extend(truepoint._get_decimal_errors(node, column, feature.expression, types)) %}
            {% if '/' in truepoint._get_tree(feature.expression).uses and truepoint._get_value_type(column.data_type) != 'double precision' %}
                {% do errors.append(truepoint._definition_error(
                    node, column.name,
                    given='expression: ' ~ feature.expression ~ ': divides, and data_type is ' ~ column.data_type,
                    allowed='double precision, since engines differ on other quotients; another feature may then compare it',
                )) %}
            {% endif %}
            {% do features.append({'name': column.name, 'names': truepoint._get_names(feature.expression)}) %}
        {% endif %}
    {% endfor %}
    {% for feature in features %}
        {% for name in feature.names if name in arrays %}
            {% do errors.append(truepoint._definition_error(
                node, feature.name,
                given='names ' ~ name ~ ', an array',
                allowed='features and request fields that are one value',
            )) %}
        {% endfor %}
    {% endfor %}
    {% if not errors %}
        {% set own = features | map(attribute='name') | list %}
        {% set placed = truepoint._get_derived_levels(features, names | reject('in', own) | list) | sum(start=[]) | map(attribute='name') | list %}
        {% set circle = own | reject('in', placed) | list %}
        {% if circle %}
            {% do errors.append(truepoint._definition_error(
                node, circle | join(', '),
                given='need one another in a circle',
                allowed='expressions over features that do not need this one',
            )) %}
        {% endif %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}

{# Mistakes in a ratio: it is of two numbers by name, and a double. #}
{% macro _get_ratio_errors(node, column, names) %}
    {% set errors = [] %}
    {% set feature = truepoint._get_meta(column).feature %}
    {% do errors.extend(truepoint._get_key_errors(node, column.name, feature, ['ratio', 'default'])) %}
    {% if feature.ratio is not mapping %}
        {{ return(errors + [truepoint._definition_error(
            node, column.name,
            given='ratio is ' ~ (feature.ratio | string),
            allowed='{numerator: FEATURE, denominator: FEATURE}',
        )]) }}
    {% endif %}
    {% do errors.extend(truepoint._get_key_errors(node, column.name ~ ', ratio', feature.ratio, ['numerator', 'denominator'])) %}
    {% for side in ['numerator', 'denominator'] %}
        {% set name = feature.ratio.get(side) %}
        {% if name is none or name not in names %}
            {% do errors.append(truepoint._definition_error(
                node, column.name,
                given=side ~ ' is ' ~ (name if name is not none else 'not given') ~ truepoint._did_you_mean(name or '', names),
                allowed='a feature of the inputs, or a request field: ' ~ (names | join(', ')),
            )) %}
        {% endif %}
    {% endfor %}
    {% if column.data_type and truepoint._get_value_type(column.data_type) != 'double precision' %}
        {% do errors.append(truepoint._definition_error(
            node, column.name,
            given='data_type is ' ~ column.data_type,
            allowed='double precision, the type of a ratio',
        )) %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}

{# Mistakes in request fields: each must have a type, and a column of that type in the spine to stand for it in training. #}
{% macro _get_request_errors(node, subject, request, spine) %}
    {% set errors = [] %}
    {% set columns = truepoint._get_column_types(spine) %}
    {% if request is not mapping %}
        {{ return([truepoint._definition_error(node, subject, given='request is ' ~ (request | string), allowed='{FIELD: TYPE, …}')]) }}
    {% endif %}
    {% for field, type in request.items() %}
        {% if truepoint._get_value_type(type) not in truepoint._get_value_types() %}
            {% do errors.append(truepoint._definition_error(node, subject, given='request field ' ~ field ~ ' has type ' ~ truepoint._get_type_problem(type))) %}
        {% elif truepoint._is_taken_name(field) %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='request field ' ~ field ~ ' is the name of a column of the compiler, or a word of SQL',
                allowed='any other',
            )) %}
        {% elif field not in columns %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='request field ' ~ field ~ ' is no column of ' ~ spine.name ~ truepoint._did_you_mean(field, columns),
                allowed=(columns | join(', ')),
            )) %}
        {% elif columns[field] != truepoint._get_value_type(type) %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='request field ' ~ field ~ ' has type ' ~ type ~ ', and its column in ' ~ spine.name ~ ' ' ~ columns[field],
                allowed='one type',
            )) %}
        {% elif not truepoint._is_comparable(type) or not truepoint._is_comparable(spine.columns[field].data_type) %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='request field ' ~ field ~ ' is ' ~ type ~ ', and ' ~ spine.columns[field].data_type ~ ' in ' ~ spine.name,
                allowed='any type but char(n) and enum; let the model cast, as in cast(' ~ field ~ ' as text) as ' ~ field,
                allowed_where='for a request field',
            )) %}
        {% endif %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{# A mistake in what an expression gives: a number where its column is a number, and so on. #}
{% macro _get_result_errors(node, column, expression, types) %}
    {% set tree = truepoint._get_tree(expression) %}
    {% if tree.error or tree.names | reject('in', types) | list %}
        {{ return([]) }}
    {% endif %}
    {% set errors = [] %}
    {% set type = truepoint._get_node_type(tree.tree, types, errors) %}
    {% set given, wanted = truepoint._get_kind(type), truepoint._get_kind(truepoint._get_value_type(column.data_type)) %}
    {% if given and wanted and given != wanted and not errors %}
        {{ return([truepoint._definition_error(
            node, column.name,
            given='expression: ' ~ expression ~ ': gives ' ~ type ~ ', and data_type is ' ~ column.data_type,
            allowed='one kind',
        )]) }}
    {% endif %}
    {{ return([]) }}
{% endmacro %}
