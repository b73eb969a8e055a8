{#
    The training form of a service: the statement of each of its views, joined to the spine, and the derived features over them.

    spine_relation   has ord (the row's position), spine_id, event_id, as_of, the entities and the request fields
#}
{% macro _training_answers(service, spine_relation) %}
{% set ctes = [] %}
{% for view in service.views %}
    {% call truepoint._add_cte(ctes, view.name, 'The features of ' ~ view.name ~ '.') %}
    {{- truepoint._training_features(view, spine_relation, view.events.relation) -}}
    {% endcall %}
{% endfor %}

{% call truepoint._add_cte(ctes, 'answers', 'All of them, for each row of the spine.') %}
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
{% endcall %}

{% do truepoint._add_derived_levels(ctes, service.derived, service.types, 'answers') %}

{% call truepoint._add_cte(ctes, 'features', 'The features of ' ~ service.name ~ ', in the order of the service.') %}
select
    ord
    {%- for name in service.features %},
    {{ name }}
    {%- endfor %}
from {{ ctes[-1].name }}
{% endcall %}

{{ return('-- One row per row of the spine, in its order.\n' ~ truepoint._statement(ctes, 'select * from features\norder by ord')) }}
{% endmacro %}
