{#
    A feature service as the plans use it.

    views     its feature views over events, each with only the features that the service needs, directly or through derived ones
    derived   the derived features it needs, in levels; derived_features: the same, in one list
    types     name -> type of every request field and needed feature
    request   request fields by type, entities by type (from the spine)
#}
{% macro _get_service(name) %}
    {% set exposure = truepoint._get_exposure(name) %}
    {% set meta = truepoint._get_meta(exposure).feature_service %}
    {% set spine = truepoint._get_model(meta.spine) %}
    {% set spine_types = truepoint._get_column_types(spine) %}
    {% set index = truepoint._get_feature_index() %}
    {% set derived_by_name = {} %}
    {% for node in truepoint._get_models_of_kind('derived_view') %}
        {% for feature in truepoint._get_derived_view(node).features %}
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
    {% for node in truepoint._get_models_of_kind('feature_view') %}
        {% set view = truepoint._get_feature_view(node) %}
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
    {% do types.update(truepoint._get_request(meta)) %}
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
        'request': truepoint._get_request(meta),
        'features': meta.features,
        'views': views,
        'derived': truepoint._get_derived_levels(derived, given),
        'derived_features': derived,
        'types': types,
        'index': index,
    }) }}
{% endmacro %}

{# The parameters of a service's statement, in order: list of {name, type, role}. #}
{% macro _get_parameters(service) %}
    {% set parameters = [] %}
    {% for name, type in truepoint._get_columns_asked(service).items() %}
        {% do parameters.append({'name': name, 'type': type, 'role': 'entity' if name in service.entities else 'request'}) %}
    {% endfor %}
    {% do parameters.append({'name': 'event_id', 'type': truepoint._get_column_types(service.spine).event_id, 'role': 'event'}) %}
    {% do parameters.append({'name': 'as_of', 'type': 'timestamptz', 'role': 'as_of'}) %}
    {{ return(parameters) }}
{% endmacro %}

{# Columns that a request gives, keys first: name -> type. #}
{% macro _get_columns_asked(service) %}
    {% set columns = {} %}
    {% do columns.update(service.entities) %}
    {% do columns.update(service.request) %}
    {{ return(columns) }}
{% endmacro %}
