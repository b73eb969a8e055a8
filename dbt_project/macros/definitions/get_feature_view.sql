{#
    A feature view as the plans use it: what its YAML says, with types and seconds worked out. Only for definitions that passed
    check_definitions().

    name, entity       the view, and the columns that make its key
    hot_key_rows       a key with more events and spine rows is cut into slices in Spark; none: no key is
    events, decides    its event relation; whether the spine's event_id names events of that relation
    features           list of {name, aggregate, of, where, window, seconds, offset, offset_seconds, options, default, type}; window and seconds
                       are none for a lifetime
#}
{% macro get_feature_view(node) %}
    {% set events = get_events(get_inputs(node, 'events')[0]) %}
    {% set spine = get_inputs(node, 'spine')[0] %}
    {% set features = [] %}
    {% for column in node.columns.values() if get_meta(column).get('feature') is not none %}
        {% set meta = get_meta(column).feature %}
        {% set is_attribute = meta.attribute is defined %}
        {% set aggregate = 'last' if is_attribute else meta.aggregate %}
        {% set of = meta.attribute if is_attribute else meta.of %}
        {% set window = 'lifetime' if is_attribute else meta.window | string %}
        {% set options = get_options(aggregate, meta) %}
        {% do features.append({
            'name': column.name,
            'aggregate': aggregate,
            'of': of,
            'where': meta.where | string if meta.get('where') is not none else none,
            'window': window,
            'seconds': get_seconds(window),
            'offset': meta.offset,
            'offset_seconds': get_seconds(meta.offset) if meta.offset else 0,
            'reach': (get_seconds(window) or 0) + (get_seconds(meta.offset) if meta.offset else 0),
            'options': options,
            'default': meta.default,
            'type': get_aggregate_type(aggregate, events.columns[of] if of else none, options),
        }) %}
    {% endfor %}
    {{ return({
        'name': node.name,
        'entity': get_meta(node).feature_view.entity,
        'hot_key_rows': get_meta(node).feature_view.get('hot_key_rows'),
        'events': events,
        'decides': events.name in get_decided(spine),
        'features': features,
    }) }}
{% endmacro %}

{# The options of an aggregate, as a feature's meta states them or by default: name -> value. #}
{% macro get_options(aggregate, meta) %}
    {% set options = {} %}
    {% for name in get_aggregate(aggregate).get('options') or [] %}
        {% do options.update({name: meta.get(name, get_feature_options()[name].default)}) %}
    {% endfor %}
    {{ return(options) }}
{% endmacro %}

{#
    A derived view: request fields by type, and its features {name, expression, type, names} in the order of the YAML.
#}
{% macro get_derived_view(node) %}
    {% set features = [] %}
    {% for column in node.columns.values() if get_meta(column).get('feature') is not none %}
        {% set expression = get_expression(get_meta(column).feature) %}
        {% do features.append({
            'name': column.name,
            'expression': expression,
            'names': get_names(expression),
            'type': (column.data_type or 'double precision') | lower,
        }) %}
    {% endfor %}
    {{ return({
        'name': node.name,
        'request': get_meta(node).derived_view.get('request') or {},
        'inputs': get_inputs(node, 'feature_view') + get_inputs(node, 'derived_view'),
        'features': features,
    }) }}
{% endmacro %}

{# The expression that a derived feature's meta states; a ratio is a quotient. #}
{% macro get_expression(feature) %}
    {{ return((feature.ratio.numerator ~ ' / ' ~ feature.ratio.denominator) if feature.ratio is defined else feature.expression | string) }}
{% endmacro %}

{# Every feature of the project: name -> {view, node, kind, type}. Only for definitions that passed check_definitions(), and made once a run. #}
{% macro get_feature_index() %}
    {% if 'truepoint_feature_index' in graph %}
        {{ return(graph['truepoint_feature_index']) }}
    {% endif %}
    {% set index = {} %}
    {% for node in get_models_of_kind('feature_view') %}
        {% for feature in get_feature_view(node).features %}
            {% do index.update({feature.name: {'view': node.name, 'node': node, 'kind': 'feature_view', 'type': feature.type}}) %}
        {% endfor %}
    {% endfor %}
    {% for node in get_models_of_kind('derived_view') %}
        {% for feature in get_derived_view(node).features %}
            {% do index.update({feature.name: {'view': node.name, 'node': node, 'kind': 'derived_view', 'type': feature.type}}) %}
        {% endfor %}
    {% endfor %}
    {% do graph.update({'truepoint_feature_index': index}) %}
    {{ return(index) }}
{% endmacro %}
