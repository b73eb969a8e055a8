{#
    Features do not change once they are there; labels do, when they mature. An increment holds the rows that the table does not have yet, and those that
    have another label by now; the latter take the place of what was there (incremental_strategy: delete+insert). A row that some view does not have
    yet is left out, and comes when it has.

    build   the table that is built, see get_build(); none for a view
#}
{% macro _training_table(service, spine_relation, relations, labels, labels_relation, build=none) %}
{%- set label_columns = truepoint._get_column_types(truepoint._get_model(labels)) | reject('equalto', 'spine_id') | list if labels else [] -%}
{% set ctes = [] %}
{% if labels %}
    {% do truepoint._add_relation(ctes, labels, labels_relation, 'The labels.') %}
{% endif %}
{% if build and build.is_increment %}
    {% do truepoint._add_relation(ctes, 'all_spine_rows', truepoint._decisions(spine_relation), 'Who asks, and when.') %}
    {% call truepoint._add_cte(ctes, 'spine', 'The rows that the table does not have yet' ~ (', or with another label' if labels else '') ~ '.') %}
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
    {% endcall %}
{% else %}
    {% do truepoint._add_relation(ctes, 'spine', truepoint._decisions(spine_relation), 'Who asks, and when.') %}
{% endif %}
{% for name, relation in relations.items() %}
    {% do truepoint._add_relation(ctes, name, relation, 'The features of ' ~ name ~ '.') %}
{% endfor %}

{% call truepoint._add_cte(ctes, 'training', 'The features that the service names, and the label.') %}
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
{% endcall %}

{{ return(
    truepoint._build_mark(build)
    ~ '-- One row per row of the spine: what the service ' ~ service.name ~ ' would have answered' ~ (', and the label' if labels else '') ~ '.\n'
    ~ truepoint._statement(ctes, truepoint._select_built('training', build))
) }}
{% endmacro %}
