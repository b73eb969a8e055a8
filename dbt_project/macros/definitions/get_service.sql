{#
    A feature service as the plans use it.

    views     its feature views over events, each with only the features that the service needs, directly or through derived ones
    derived   the derived features it needs, in levels; derived_features: the same, in one list
    types     name -> type of every request field and needed feature
    request   request fields by type, entities by type (from the spine)
#}
{% macro get_service(name) %}
    {% set exposure = graph.exposures['exposure.' ~ project_name ~ '.' ~ name] %}
    {% set meta = get_meta(exposure).feature_service %}
    {% set spine = get_model(meta.spine) %}
    {% set spine_types = get_column_types(spine) %}
    {% set index = get_feature_index() %}
    {% set derived_by_name = {} %}
    {% for node in get_models_of_kind('derived_view') %}
        {% for feature in get_derived_view(node).features %}
            {% do derived_by_name.update({feature.name: feature}) %}
        {% endfor %}
    {% endfor %}

    {% set needed = meta.features | list %}
    {% for name in needed %}
        {# `needed` grows while it is walked, until every input is in. #}
        {% if name in derived_by_name %}
            {% for input in derived_by_name[name].names if input in index and input not in needed %}
                {% do needed.append(input) %}
            {% endfor %}
        {% endif %}
    {% endfor %}

    {% set views = [] %}
    {% for node in get_models_of_kind('feature_view') %}
        {% set view = get_feature_view(node) %}
        {% set features = view.features | selectattr('name', 'in', needed) | list %}
        {% if features %}
            {% do view.update({'features': features}) %}
            {% do views.append(view) %}
        {% endif %}
    {% endfor %}

    {% set types = {} %}
    {% set entities = {} %}
    {% for entity in meta.entities %}
        {% do entities.update({entity: spine_types[entity]}) %}
    {% endfor %}
    {% do types.update(entities) %}
    {% do types.update(meta.get('request') or {}) %}
    {% set given = types.keys() | list %}
    {% set derived = [] %}
    {% for name in needed %}
        {% do types.update({name: index[name].type}) %}
        {% if name in derived_by_name %}
            {% do derived.append(derived_by_name[name]) %}
        {% else %}
            {% do given.append(name) %}
        {% endif %}
    {% endfor %}

    {{ return({
        'name': exposure.name,
        'exposure': exposure,
        'spine': spine,
        'entities': entities,
        'request': meta.get('request') or {},
        'features': meta.features,
        'views': views,
        'derived': get_derived_levels(derived, given),
        'derived_features': derived,
        'types': types,
        'index': index,
    }) }}
{% endmacro %}
