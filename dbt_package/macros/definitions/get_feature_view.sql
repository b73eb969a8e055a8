{#
    A feature view as the plans use it: what its YAML says, with types and seconds worked out. Only for definitions that passed
    check_definitions().

    name, entity       the view, and the columns that make its key
    hot_key_rows       a key with more events and spine rows is cut into slices in Spark; none: no key is
    events, decides    its event relation; whether the spine's event_id names events of that relation
    features           list of {name, aggregate, of, where, window, seconds, offset, offset_seconds, options, default, digits, type}; window and
                       seconds are none for a lifetime; digits are those of `of`, where the engine computes by them
#}
{% macro _get_feature_view(node) %}
    {% set events = truepoint._get_events(truepoint._get_inputs(node, 'events')[0]) %}
    {% set spine = truepoint._get_inputs(node, 'spine')[0] %}
    {% set declared = truepoint._get_declared_types(events.node) %}
    {% set features = [] %}
    {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
        {% set meta = truepoint._get_meta(column).feature %}
        {% set is_attribute = meta.attribute is defined %}
        {% set aggregate = 'last' if is_attribute else meta.aggregate %}
        {% set of = meta.attribute if is_attribute else meta.of %}
        {% set window = 'lifetime' if is_attribute else meta.window | string %}
        {% set options = truepoint._get_options(aggregate, meta) %}
        {% do features.append({
            'name': column.name,
            'aggregate': aggregate,
            'of': of,
            'where': meta.where | string if meta.get('where') is not none else none,
            'window': window,
            'seconds': truepoint.get_seconds(window),
            'offset': meta.offset,
            'offset_seconds': truepoint.get_seconds(meta.offset) if meta.offset else 0,
            'reach': (truepoint.get_seconds(window) or 0) + (truepoint.get_seconds(meta.offset) if meta.offset else 0),
            'options': options,
            'default': meta.default,
            'digits': truepoint._get_engine_digits(declared[of]) if of else none,
            'type': truepoint._get_aggregate_type(aggregate, events.columns[of] if of else none, options),
        }) %}
    {% endfor %}
    {{ return({
        'name': node.name,
        'entity': truepoint._get_meta(node).feature_view.entity,
        'hot_key_rows': truepoint._get_meta(node).feature_view.get('hot_key_rows'),
        'events': events,
        'decides': events.name in truepoint._get_decided(spine),
        'features': features,
    }) }}
{% endmacro %}

{# The options of an aggregate, as a feature's meta states them or by default: name -> value. #}
{% macro _get_options(aggregate, meta) %}
    {% set options = {} %}
    {% for name in truepoint._get_aggregate(aggregate).get('options') or [] %}
        {% do options.update({name: meta.get(name, truepoint._get_feature_options()[name].default)}) %}
    {% endfor %}
    {{ return(options) }}
{% endmacro %}
