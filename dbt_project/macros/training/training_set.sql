{#
    Body of a service's training table: the spine, the service's features, the labels.

    service   name of the feature service (an exposure)
    spine     name of the spine's model
    views     names of the view models that hold the service's features
    labels    name of a model with spine_id and the label columns; none for a table without labels
#}
{% macro training_set(service, spine, views, labels=none) %}
    {% set spine_relation = ref(spine) %}
    {% set relations = {} %}
    {% for view in views %}
        {% do relations.update({view: ref(view)}) %}
    {% endfor %}
    {% set labels_relation = ref(labels) if labels else none %}
    {% if execute %}
        {% do check_definitions() %}
        {{ return(tidy_statement(training_table(get_service(service), spine_relation, relations, labels, labels_relation))) }}
    {% endif %}
{% endmacro %}

{% macro training_table(service, spine_relation, relations, labels, labels_relation) %}
{%- set label_columns = get_column_types(get_model(labels)) | reject('equalto', 'spine_id') | list if labels else [] -%}
-- One row per row of the spine: what the service {{ service.name }} would have answered, and the label.
with spine as (
    select * from {{ spine_relation }}
),
{% for name, relation in relations.items() %}
{{ name }} as (
    select * from {{ relation }}
),
{% endfor %}
{%- if labels %}
{{ labels }} as (
    select * from {{ labels_relation }}
),
{% endif %}
training as (
    select
        spine.spine_id,
        spine.event_id,
        spine.as_of
        {%- for column in get_columns_asked(service) %},
        spine.{{ column }}
        {%- endfor %}
        {%- for name in service.features %},
        {{ service.index[name].view }}.{{ name }}
        {%- endfor %}
        {%- for column in label_columns %},
        {{ labels }}.{{ column }}
        {%- endfor %}
    from spine
    {{- join_views(relations) }}
    {%- if labels %}
    left join {{ labels }}
        on spine.spine_id = {{ labels }}.spine_id
    {%- endif %}
)

select * from training
{% endmacro %}

{# Columns that a request gives, keys first: name -> type. #}
{% macro get_columns_asked(service) %}
    {% set columns = {} %}
    {% do columns.update(service.entities) %}
    {% do columns.update(service.request) %}
    {{ return(columns) }}
{% endmacro %}
