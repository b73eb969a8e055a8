{#
    Body of a training analysis: the whole training form of a service in one statement, over any spine. The first line tells Python which relation
    holds the spine, what its columns are, and what comes back.
#}
{% macro training_statement(service) %}
    {% if execute %}
        {% do check_definitions() %}
        {% set definition = get_service(service) %}
        {{ return(
            '-- truepoint-training-signature: ' ~ tojson(get_training_signature(definition)) ~ '\n'
            ~ tidy_statement(training_answers(definition, get_given_spine()))
        ) }}
    {% endif %}
{% endmacro %}

{# The relation that holds the rows asked for while the statement runs: a temporary one of the session. #}
{% macro get_given_spine() %}
    {{ return('truepoint_spine') }}
{% endmacro %}

{# The columns of that relation, in order: list of {name, type, role}. #}
{% macro get_given_columns(service) %}
    {{ return([
        {'name': 'ord', 'type': 'bigint', 'role': 'ord'},
        {'name': 'spine_id', 'type': 'text', 'role': 'spine_id'},
    ] + get_parameters(service)) }}
{% endmacro %}

{# What Python must know of a service's training statement. Its answers are final for as-of times up to `settled`, SQL over no relation. #}
{% macro get_training_signature(service) %}
    {% set features = [] %}
    {% for name in service.features %}
        {% do features.append({'name': name, 'type': service.types[name]}) %}
    {% endfor %}
    {% set relations = [] %}
    {% for view in service.views if view.events.relation not in relations %}
        {% do relations.append(view.events.relation) %}
    {% endfor %}
    {{ return({
        'service': service.name,
        'definition_version': get_definition_version(service),
        'spine': get_given_spine(),
        'columns': get_given_columns(service),
        'settled': settled_time(),
        'work_mem': var('training_work_mem'),
        'features': features,
        'relations': relations,
    }) }}
{% endmacro %}

{#
    The training form of a service: the statement of each of its views, joined to the spine, and the derived features over them.

    spine_relation   has ord (the row's position), spine_id, event_id, as_of, the entities and the request fields
#}
{% macro training_answers(service, spine_relation) %}
-- One row per row of the spine, in its order: what the service {{ service.name }} would have answered.
with {% for view in service.views -%}
{{ view.name }} as (
{{ training_features(view, spine_relation, view.events.relation) | trim | indent(4, true) }}
),

{% endfor -%}
answers as (
    select
        spine.ord,
        spine.as_of
        {%- for column in get_columns_asked(service) %},
        spine.{{ column }}
        {%- endfor %}
        {%- for view in service.views %}
        {%- for feature in view.features %},
        {{ view.name }}.{{ feature.name }}
        {%- endfor %}
        {%- endfor %}
    from {{ spine_relation }} as spine
    {{- join_views(service.views | map(attribute='name')) }}
),

{{ derived_levels(service.derived, service.types, 'answers') }}

features as (
    select
        ord
        {%- for name in service.features %},
        {{ name }}
        {%- endfor %}
    from {{ 'derived_' ~ (service.derived | length) if service.derived else 'answers' }}
)

select * from features
order by ord
{% endmacro %}
