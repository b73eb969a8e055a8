{# The relation that holds the rows asked for while the statement runs: a temporary one of the session. #}
{% macro _get_given_spine() %}
    {{ return('truepoint_spine') }}
{% endmacro %}

{# The columns of that relation, in order: list of {name, type, role}. #}
{% macro _get_given_columns(service) %}
    {{ return([
        {'name': 'ord', 'type': 'bigint', 'role': 'ord'},
        {'name': 'spine_id', 'type': 'text', 'role': 'spine_id'},
    ] + truepoint._get_parameters(service)) }}
{% endmacro %}

{# What Python must know of a service's training statement. Its answers are final for as-of times up to `settled`, SQL over no relation. #}
{% macro _get_training_signature(service) %}
    {% set features = [] %}
    {% for name in service.features %}
        {% do features.append({'name': name, 'type': service.types[name]}) %}
    {% endfor %}
    {% set relations = {} %}
    {% for view in service.views %}
        {% do relations.update({view.events.name: truepoint._get_signed_relation(view.events)}) %}
    {% endfor %}
    {{ return({
        'service': service.name,
        'definition_version': truepoint._get_definition_version(service),
        'spine': truepoint._get_given_spine(),
        'columns': truepoint._get_given_columns(service),
        'settled': truepoint.settled_time(),
        'work_mem': truepoint._get_setting('training_work_mem'),
        'features': features,
        'relations': relations.values() | list,
    }) }}
{% endmacro %}
