{#
    Features do not change once they are there; labels do, when they mature. An increment holds the rows that the table does not have yet, and those that
    have another label by now; the latter take the place of what was there (incremental_strategy: delete+insert). A row that some view does not have
    yet is left out, and comes when it has.

    build   the table that is built, see get_build(); none for a view
#}
{% macro _training_table(service, spine_relation, relations, labels, labels_relation, build=none) %}
{%- set label_columns = truepoint._get_column_types(truepoint._get_model(labels)) | reject('equalto', 'spine_id') | list if labels else [] -%}
{{ truepoint._build_mark(build) }}
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
        {{ truepoint._is_unchanged(build) | indent(8) }}
        and (
            built.spine_id is null
            {%- for column in label_columns %}
            or {{ truepoint.is_distinct('built.' ~ column, labels ~ '.' ~ column) }}
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
        {%- for column in truepoint._get_columns_asked(service) %},
        spine.{{ column }}
        {%- endfor %}
        {%- for name in service.features %},
        {{ service.index[name].view }}.{{ name }}
        {%- endfor %}
        {%- for column in label_columns %},
        {{ labels }}.{{ column }}
        {%- endfor %}
    from spine
    {{- truepoint._join_views(relations, 'inner') }}
    {%- if labels %}
    left join {{ labels }}
        on spine.spine_id = {{ labels }}.spine_id
    {%- endif %}
)

{{ truepoint._select_built('training', build) }}
{% endmacro %}
