{#
    What Python must know of a service's statement: parameters, result, the relations it reads and the indexes it needs. The server, the doctor
    and the parity run read it from the end of the statement.
#}
{% macro _get_signature(service) %}
    {% set features = [] %}
    {% for name in service.features %}
        {% set node = service.index[name].node %}
        {% set column = node.columns[name] %}
        {% do features.append({
            'name': name,
            'type': service.types[name],
            'view': node.name,
            'description': column.description | trim,
            'definition': truepoint._get_meta(column).feature,
        }) %}
    {% endfor %}
    {% set views = [] %}
    {% set relations = {} %}
    {% set indexes = {} %}
    {% for view in service.views %}
        {% do views.append({
            'name': view.name,
            'entity': view.entity,
            'found': 'found__' ~ view.name,
            'known_key': modules.re.sub('\\s+', ' ', truepoint._knows_key(view, 'training.')),
            'events': view.events.name,
        }) %}
        {% do relations.update({view.events.name: truepoint._get_signed_relation(view.events)}) %}
        {% set index = truepoint._get_online_index(view) %}
        {% if index %}
            {% do indexes.update({truepoint._get_index_key(index): index}) %}
        {% endif %}
    {% endfor %}
    {# An index serves every view on its table and keys, of this service or another: it includes what any of them reads. #}
    {% for node in truepoint._get_models_of_kind('feature_view') %}
        {% set index = truepoint._get_online_index(truepoint._get_feature_view(node)) %}
        {% set key = truepoint._get_index_key(index) if index else none %}
        {% if key in indexes %}
            {% for column in index.include if column not in indexes[key].include %}
                {% do indexes[key].include.append(column) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {{ return({
        'service': service.name,
        'description': service.exposure.description | trim,
        'definition_version': truepoint._get_definition_version(service),
        'example': truepoint._get_meta(service.exposure).feature_service.get('example'),
        'parameters': truepoint._get_parameters(service),
        'features': features,
        'views': views,
        'relations': relations.values() | list,
        'indexes': indexes.values() | list,
    }) }}
{% endmacro %}

{# What Python must know of an event relation: where it lies, and its columns with their types as declared. #}
{% macro _get_signed_relation(events) %}
    {% set relation = {
        'name': events.name,
        'relation': events.relation,
        'event_time': events.event_time,
        'known_at': events.known_at,
        'columns': truepoint._get_declared_types(events.node),
    } %}
    {% if truepoint._get_known_time_note(events) %}
        {% do relation.update({'known_at_note': truepoint._get_known_time_note(events)}) %}
    {% endif %}
    {{ return(relation) }}
{% endmacro %}
