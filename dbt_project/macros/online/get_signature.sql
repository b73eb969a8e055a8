{#
    What Python must know of a service's statement: parameters, result, the relations it reads and the indexes it needs. The server, the doctor
    and the parity run read it from the statement's first line.
#}
{% macro get_signature(service) %}
    {% set features = [] %}
    {% for name in service.features %}
        {% set node = service.index[name].node %}
        {% set column = node.columns[name] %}
        {% do features.append({
            'name': name,
            'type': service.types[name],
            'view': node.name,
            'description': column.description | trim,
            'definition': get_meta(column).feature,
        }) %}
    {% endfor %}
    {% set views = [] %}
    {% set relations = {} %}
    {% set indexes = {} %}
    {% for view in service.views %}
        {% do views.append({'name': view.name, 'entity': view.entity, 'found': 'found__' ~ view.name, 'events': view.events.name}) %}
        {% do relations.update({view.events.name: {
            'name': view.events.name,
            'relation': view.events.relation,
            'event_time': view.events.event_time,
            'known_at': view.events.known_at,
            'columns': view.events.columns,
        }}) %}
        {% set index = get_online_index(view) %}
        {% if index %}
            {% do indexes.update({index.name: index}) %}
        {% endif %}
    {% endfor %}
    {# An index serves every view on its table and keys, of this service or another: it includes what any of them reads. #}
    {% for node in get_models_of_kind('feature_view') %}
        {% set index = get_online_index(get_feature_view(node)) %}
        {% if index and index.name in indexes %}
            {% for column in index.include if column not in indexes[index.name].include %}
                {% do indexes[index.name].include.append(column) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% for index in indexes.values() %}
        {% do index.update({'ddl': online_index(index)}) %}
    {% endfor %}
    {{ return({
        'service': service.name,
        'description': service.exposure.description | trim,
        'definition_version': get_definition_version(service),
        'example': get_meta(service.exposure).feature_service.get('example'),
        'parameters': get_parameters(service),
        'features': features,
        'views': views,
        'relations': relations.values() | list,
        'indexes': indexes.values() | list,
    }) }}
{% endmacro %}

{#
    Digest of all that a service's values depend on: the text of its statement, and so the compiler that made it. Relations go by their model's
    name, so that the same definitions have the same version in every database.
#}
{% macro get_definition_version(service) %}
    {% set names = {} %}
    {% for view in service.views %}
        {% do names.update({view.events.name: view.events.name}) %}
    {% endfor %}
    {{ return(local_md5(online_features(service, request_arrays(service), names))) }}
{% endmacro %}

{# The index that a view's scans need, on the table under its event relation; none where that is not one source table. #}
{% macro get_online_index(view) %}
    {% set events = view.events %}
    {% if not events.source %}
        {{ return(none) }}
    {% endif %}
    {% set keys = [] %}
    {% for key in view.entity + [events.event_time] %}
        {% do keys.append(events.source_columns[key]) %}
    {% endfor %}
    {% set include = [] %}
    {% set used = [events.known_at, events.event_id] %}
    {% for feature in view.features %}
        {% do used.extend([feature.of] if feature.of else []) %}
        {% do used.extend(get_names(feature.where) if feature.where else []) %}
    {% endfor %}
    {% for column in used if events.source_columns[column] not in keys + include %}
        {% do include.append(events.source_columns[column]) %}
    {% endfor %}
    {{ return({
        'table': events.source.relation_name,
        'name': (events.source.identifier ~ '_' ~ (keys | join('_')))[:56] ~ '_online',
        'keys': keys,
        'include': include,
    }) }}
{% endmacro %}

{% macro online_index(index) %}
    {{ return(
        'create index concurrently if not exists ' ~ index.name ~ ' on ' ~ index.table
        ~ ' (' ~ (index['keys'] | join(', ')) ~ ') include (' ~ (index.include | join(', ')) ~ ')'
    ) }}
{% endmacro %}
