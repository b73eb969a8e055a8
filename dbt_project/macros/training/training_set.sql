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
        {{ return(tidy_statement(training_table(get_service(service), spine_relation, relations, labels, labels_relation, get_build() if model.config.materialized != 'view' else none))) }}
    {% endif %}
{% endmacro %}

{#
    Features do not change once they are there; labels do, when they mature. An increment holds the rows that the table does not have yet, and those that
    have another label by now; the latter take the place of what was there (incremental_strategy: delete+insert). A row that some view does not have
    yet is left out, and comes when it has.

    build   the table that is built, see get_build(); none for a view
#}
{% macro training_table(service, spine_relation, relations, labels, labels_relation, build=none) %}
{%- set label_columns = get_column_types(get_model(labels)) | reject('equalto', 'spine_id') | list if labels else [] -%}
{{ build_mark(build) }}
-- One row per row of the spine: what the service {{ service.name }} would have answered, and the label.
with {% if labels -%}
{{ labels }} as (
    select * from {{ labels_relation }}
),

{% endif -%}
{% if build and build.is_increment -%}
all_spine_rows as (
    select * from {{ spine_relation }}
),

-- The rows that the table does not have yet{{ ', or with another label' if labels }}.
spine as (
    select all_spine_rows.*
    from all_spine_rows
    left join {{ build.relation }} as built
        on all_spine_rows.spine_id = built.spine_id
    {%- if labels %}
    left join {{ labels }}
        on all_spine_rows.spine_id = {{ labels }}.spine_id
    {%- endif %}
    where
        {{ is_unchanged(build) | indent(8) }}
        and (
            built.spine_id is null
            {%- for column in label_columns %}
            or {{ is_distinct('built.' ~ column, labels ~ '.' ~ column) }}
            {%- endfor %}
        )
),
{% else -%}
spine as (
    select * from {{ spine_relation }}
),
{% endif %}
{% for name, relation in relations.items() %}
{{ name }} as (
    select * from {{ relation }}
),
{% endfor %}
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
    {{- join_views(relations, 'inner') }}
    {%- if labels %}
    left join {{ labels }}
        on spine.spine_id = {{ labels }}.spine_id
    {%- endif %}
)

{{ select_built('training', build) }}
{% endmacro %}

{# Columns that a request gives, keys first: name -> type. #}
{% macro get_columns_asked(service) %}
    {% set columns = {} %}
    {% do columns.update(service.entities) %}
    {% do columns.update(service.request) %}
    {{ return(columns) }}
{% endmacro %}
