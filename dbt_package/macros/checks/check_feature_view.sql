{# Mistakes in a feature view and its features. #}
{% macro _get_feature_view_errors(node) %}
    {% set errors = [] %}
    {% set view = truepoint._get_meta(node).feature_view %}
    {% if view is not mapping %}
        {{ return([truepoint._definition_error(node, node.name, given='meta.feature_view is ' ~ (view | string), allowed='{entity: [COLUMN, …]}')]) }}
    {% endif %}
    {% do errors.extend(truepoint._get_key_errors(node, node.name ~ ', meta.feature_view', view, ['entity', 'hot_key_rows'])) %}
    {% set events = truepoint._get_inputs(node, 'events') %}
    {% set spines = truepoint._get_inputs(node, 'spine') %}
    {% if events | length != 1 or spines | length != 1 %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='the body names ' ~ (events | length) ~ ' models with meta.events and ' ~ (spines | length) ~ " with meta.spine",
            allowed="one of each, as in {{ feature_view(events='stg_transactions', spine='spine_transactions') }}",
        )) %}
        {{ return(errors) }}
    {% endif %}
    {% set size_errors = truepoint._get_size_errors(node) %}
    {% if size_errors %}
        {{ return(errors + size_errors) }}
    {% endif %}
    {% set event_columns = truepoint._get_column_types(events[0]) %}
    {% set spine_columns = truepoint._get_column_types(spines[0]) %}
    {% if view.get('entity') is string or not view.get('entity') %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='meta.feature_view.entity is ' ~ (view.get('entity') or 'not given'),
            allowed='a list of columns, e.g. [account_id]',
        )) %}
    {% else %}
        {% for key in view.entity %}
            {% if view.entity.index(key) != loop.index0 %}
                {% do errors.append(truepoint._definition_error(node, node.name, given='entity ' ~ key ~ ' is listed twice', allowed='once')) %}
            {% endif %}
            {% if truepoint._is_taken_name(key) %}
                {% do errors.append(truepoint._definition_error(
                    node, node.name,
                    given='entity ' ~ key ~ ' is the name of a column of the compiler, or a word of SQL',
                    allowed='any other; the staging model and the spine can give it',
                )) %}
            {% endif %}
            {% for input, columns in [[events[0], event_columns], [spines[0], spine_columns]] if key not in columns %}
                {% do errors.append(truepoint._definition_error(
                    node, node.name,
                    given='entity ' ~ key ~ ' is no column of ' ~ input.name ~ truepoint._did_you_mean(key, columns),
                    allowed=(columns | join(', ')),
                )) %}
            {% endfor %}
            {% for input, columns in [[events[0], event_columns], [spines[0], spine_columns]] if key in columns and columns[key] in truepoint._get_value_types() and not truepoint._is_comparable(input.columns[key].data_type) %}
                {% do errors.append(truepoint._definition_error(
                    node, node.name,
                    given='entity ' ~ key ~ ' is ' ~ input.columns[key].data_type ~ ' in ' ~ input.name,
                    allowed='any type but char(n) and enum; let the model cast, as in cast(' ~ key ~ ' as text) as ' ~ key ~ ', and index that expression',
                    allowed_where='as a key',
                )) %}
            {% endfor %}
            {% if key in event_columns and key in spine_columns and event_columns[key] != spine_columns[key] %}
                {% do errors.append(truepoint._definition_error(
                    node, node.name,
                    given='entity ' ~ key ~ ' is ' ~ event_columns[key] ~ ' in ' ~ events[0].name ~ ' and ' ~ spine_columns[key] ~ ' in ' ~ spines[0].name,
                    allowed='one type',
                )) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
        {% do errors.extend(truepoint._get_feature_errors(node, column, events[0])) %}
        {% do errors.extend(truepoint._get_column_errors(node, column, spine_columns)) %}
    {% endfor %}
    {% do errors.extend(truepoint._get_hot_key_errors(node, view.get('hot_key_rows'))) %}
    {{ return(errors) }}
{% endmacro %}

{# Mistakes in `hot_key_rows`, which is for views whose features are all sums: only these can be added up from slice to slice. #}
{% macro _get_hot_key_errors(node, rows) %}
    {% set errors = [] %}
    {% if rows is not none and not (rows is integer and rows > 0) %}
        {% do errors.append(truepoint._definition_error(
            node, node.name,
            given='meta.feature_view.hot_key_rows is ' ~ tojson(rows),
            allowed='a whole number above 0, such as 1000000, without quotation marks',
        )) %}
    {% endif %}
    {% set sums = [] %}
    {% for name in truepoint._get_aggregate_names() if truepoint._get_aggregate(name).plan == 'sums' %}
        {% do sums.append(name) %}
    {% endfor %}
    {% for column in node.columns.values() if rows is not none and truepoint._get_meta(column).get('feature') is mapping %}
        {% set feature = truepoint._get_meta(column).feature %}
        {% set aggregate = 'attribute' if feature.attribute is defined else feature.get('aggregate') %}
        {% if aggregate in truepoint._get_aggregate_names() + ['attribute'] and aggregate not in sums %}
            {% do errors.append(truepoint._definition_error(
                node, column.name,
                given='is ' ~ aggregate ~ ', in a view with hot_key_rows',
                allowed=(sums | join(', ')) ~ '; the others go into a view of their own',
                allowed_where='there',
            )) %}
        {% endif %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{# Mistakes in one feature of a feature view. #}
{% macro _get_feature_errors(node, column, events) %}
    {% set errors = [] %}
    {% set subject = column.name %}
    {% set feature = truepoint._get_meta(column).feature %}
    {% set event_columns = truepoint._get_column_types(events) %}
    {% if feature is not mapping %}
        {{ return(errors + [truepoint._definition_error(
            node, subject,
            given='meta.feature is ' ~ (feature | string),
            allowed='{aggregate: NAME, window: 30d, …} or {attribute: COLUMN}',
        )]) }}
    {% endif %}
    {% if feature.attribute is defined %}
        {% do errors.extend(truepoint._get_key_errors(node, subject, feature, ['attribute', 'default'])) %}
        {% set aggregate = 'last' %}
        {% set of = feature.attribute %}
    {% else %}
        {% set aggregate = feature.get('aggregate') %}
        {% set options = truepoint._get_aggregate(aggregate).get('options') or [] if aggregate in truepoint._get_aggregate_names() else truepoint._get_feature_options() | list %}
        {% do errors.extend(truepoint._get_key_errors(node, subject, feature, ['aggregate', 'of', 'where', 'window', 'offset', 'default'] + options)) %}
        {% do errors.extend(truepoint._get_option_errors(node, subject, feature, aggregate)) %}
        {% set of = feature.get('of') %}
        {% if feature.get('window') is none or feature.get('window') | string != 'lifetime' and truepoint.get_seconds(feature.window) is none %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='window is ' ~ (feature.window if feature.get('window') is not none else 'not given'),
                allowed='a whole number with one of the units s, m, h, d, such as 90s, 5m, 1h, 30d; or lifetime',
            )) %}
        {% endif %}
        {% if feature.get('offset') is not none and truepoint.get_seconds(feature.offset) is none %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='offset is ' ~ feature.offset,
                allowed='a whole number with one of the units s, m, h, d, such as 7d',
            )) %}
        {% endif %}
    {% endif %}
    {% do errors.extend(truepoint._get_reach_errors(node, subject, feature)) %}
    {% if of is not none and of not in event_columns %}
        {% do errors.append(truepoint._definition_error(
            node, subject,
            given=('attribute' if feature.attribute is defined else 'of') ~ ' is ' ~ of ~ truepoint._did_you_mean(of, event_columns),
            allowed='a column of ' ~ events.name ~ ': ' ~ (event_columns | join(', ')),
        )) %}
    {% endif %}
    {% if feature.get('where') is not none %}
        {% set where_errors = truepoint._get_expression_errors(feature.where, event_columns) %}
        {% set type = truepoint._get_node_type(truepoint._get_tree(feature.where).tree, event_columns, []) if not where_errors else none %}
        {% for error in where_errors %}
            {% do errors.append(truepoint._definition_error(node, subject, given='where: ' ~ feature.where ~ ': ' ~ error)) %}
        {% endfor %}
        {% if type not in [none, 'boolean'] %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='where is ' ~ feature.where ~ ', of type ' ~ type,
                allowed='a boolean column, or a comparison',
            )) %}
        {% endif %}
    {% endif %}
    {% if aggregate not in truepoint._get_aggregate_names() %}
        {% do errors.append(truepoint._definition_error(
            node, subject,
            given='aggregate is ' ~ (aggregate or 'not given') ~ truepoint._did_you_mean(aggregate or '', truepoint._get_aggregate_names()),
            allowed=(truepoint._get_aggregate_names() | join(', ')),
        )) %}
    {% elif of is none or of in event_columns %}
        {% do errors.extend(truepoint._get_feature_type_errors(node, column, aggregate, of, events)) %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}

{# Mistakes in what an aggregate takes and gives. #}
{% macro _get_feature_type_errors(node, column, aggregate, of, events) %}
    {% set errors = [] %}
    {% set subject = column.name %}
    {% set of_type = truepoint._get_column_types(events)[of] if of else none %}
    {% set options = truepoint._get_options(aggregate, truepoint._get_meta(column).feature) %}
    {% set accepts = truepoint._get_aggregate(aggregate, none, options).accepts %}
    {% set accepted = accepts | reject('in', ['none', 'any']) | list %}
    {% set type = truepoint._get_aggregate_type(aggregate, of_type, options) %}
    {% if not type %}
        {% if of is none %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='of is not given, and aggregate ' ~ aggregate ~ ' needs it',
                allowed='a column of ' ~ events.name ~ (' of type ' ~ (accepted | join(', ')) if accepted else ''),
            )) %}
        {% elif not accepted and 'any' not in accepts %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='of is ' ~ of ~ ', and aggregate ' ~ aggregate ~ ' takes none',
                allowed='no of',
            )) %}
        {% else %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='of is ' ~ of ~ ', of type ' ~ of_type ~ ', which aggregate ' ~ aggregate ~ ' does not take',
                allowed=(accepted | join(', ')) ~ (': make it decimal in the warehouse, since a sum of floats depends on the order of its rows' if of_type == 'double precision' else ''),
            )) %}
        {% endif %}
    {% else %}
        {% if column.data_type and truepoint._get_feature_type(column.data_type) != type %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='data_type is ' ~ column.data_type,
                allowed=type ~ ', the type of ' ~ aggregate ~ (' of ' ~ of if of else ''),
            )) %}
        {% endif %}
        {% if of and truepoint._get_meta(events.columns[of]).get('mixed_currencies') and not truepoint._get_aggregate(aggregate).accepts.any %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='of is ' ~ of ~ ', whose rows are in different currencies',
                allowed='an amount in one currency',
            )) %}
        {% endif %}
        {% if truepoint._get_aggregate(aggregate).get('is_never_null') and truepoint._get_meta(column).feature.get('default') is not none %}
            {% do errors.append(truepoint._definition_error(
                node, subject,
                given='default is given, and ' ~ aggregate ~ ' is never null',
                allowed='no default',
            )) %}
        {% else %}
            {% do errors.extend(truepoint._get_default_errors(node, column, type)) %}
        {% endif %}
        {% do errors.extend(truepoint._get_engine_errors(node, column, aggregate, of, truepoint._get_declared_types(events)[of] if of else none)) %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}

{# Mistakes in the options that an aggregate takes. #}
{% macro _get_option_errors(node, subject, feature, aggregate) %}
    {% set errors = [] %}
    {% if aggregate in truepoint._get_aggregate_names() %}
        {% for name in truepoint._get_aggregate(aggregate).get('options') or [] %}
            {% set option = truepoint._get_feature_options()[name] %}
            {% set given = feature.get(name, option.default) %}
            {% if given is none or given is undefined %}
                {% do errors.append(truepoint._definition_error(
                    node, subject,
                    given=name ~ ' is not given, and aggregate ' ~ aggregate ~ ' needs it',
                    allowed=option.allowed,
                )) %}
            {% elif given is boolean or not modules.re.fullmatch(option.pattern, given | string) %}
                {% do errors.append(truepoint._definition_error(node, subject, given=name ~ ' is ' ~ given, allowed=option.allowed)) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}

{# Mistakes in a default: it must be a value of the feature's type. #}
{% macro _get_default_errors(node, column, type) %}
    {% set default = truepoint._get_meta(column).feature.get('default') %}
    {% set fits = {
        'bigint': default is integer,
        'integer': default is integer,
        'smallint': default is integer,
        'numeric': default is number and default is not boolean,
        'double precision': default is number and default is not boolean,
        'boolean': default is boolean,
        'text': default is string,
    } %}
    {% if default is not none and (not fits.get(type, false) or default | string in ['nan', 'inf', '-inf']) %}
        {{ return([truepoint._definition_error(
            node, column.name,
            given='default is ' ~ default,
            allowed='a value of type ' ~ type ~ (', a finite one' if default is float else ''),
        )]) }}
    {% elif default is string and (modules.re.search('[{][{%#]', default) or '\x00' in default) %}
        {{ return([truepoint._definition_error(
            node, column.name,
            given='default is ' ~ tojson(default),
            allowed='a text without Jinja and without the character NUL',
        )]) }}
    {% endif %}
    {{ return([]) }}
{% endmacro %}

{# What every feature's column needs, whatever its kind. #}
{% macro _get_column_errors(node, column, spine_columns) %}
    {% set errors = [] %}
    {% if not column.description | trim %}
        {% do errors.append(truepoint._definition_error(
            node, column.name,
            given='has no description',
            allowed='what it says, its unit, and what null means',
        )) %}
    {% endif %}
    {% if not modules.re.match('^[a-z][a-z0-9_]{0,62}$', column.name) %}
        {% do errors.append(truepoint._definition_error(
            node, column.name,
            given='is no name for a feature',
            allowed='lower-case letters, digits and _, at most 63, a letter first',
        )) %}
    {% endif %}
    {% if truepoint._is_taken_name(column.name) or column.name in spine_columns %}
        {% do errors.append(truepoint._definition_error(
            node, column.name,
            given='is the name of a column of the spine or of the compiler, or a word of SQL',
            allowed='any other',
        )) %}
    {% endif %}
    {{ return(errors) }}
{% endmacro %}

{# Features of different views that share a name. #}
{% macro _get_duplicate_errors() %}
    {% set errors = [] %}
    {% set seen = {} %}
    {% for node in truepoint._get_models_of_kind('feature_view') + truepoint._get_models_of_kind('derived_view') %}
        {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
            {% if column.name in seen %}
                {% do errors.append(truepoint._definition_error(
                    node, column.name,
                    given='is defined in ' ~ truepoint._get_file(seen[column.name]) ~ ' too',
                    allowed='a name that no other feature has',
                )) %}
            {% endif %}
            {% do seen.update({column.name: node}) %}
        {% endfor %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
