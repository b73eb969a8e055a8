{#
    The training form of a service: the statement of each of its views, joined to the spine, and the derived features over them.

    spine_relation   has ord (the row's position), spine_id, event_id, as_of, the entities and the request fields
#}
{% macro _training_answers(service, spine_relation) %}
-- One row per row of the spine, in its order: what the service {{ service.name }} would have answered.
with {% for view in service.views -%}
{{ view.name }} as (
{{ truepoint._training_features(view, spine_relation, view.events.relation) | trim | indent(4, true) }}
),

{% endfor -%}
answers as (
    select
        spine.ord,
        spine.as_of
        {%- for column in truepoint._get_columns_asked(service) %},
        spine.{{ column }}
        {%- endfor %}
        {%- for view in service.views %}
        {%- for feature in view.features %},
        {{ view.name }}.{{ feature.name }}
        {%- endfor %}
        {%- endfor %}
    from {{ spine_relation }} as spine
    {{- truepoint._join_views(service.views | map(attribute='name')) }}
),

{{ truepoint._derived_levels(service.derived, service.types, 'answers') }}

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
