{# build: the table that is built, see get_build(); none where the statement is for no table. A row whose inputs are not all there waits for them. #}
{% macro _derived_features(view, spine_relation, input_relations, build=none) %}
{% set ctes = [] %}
{% if build and build.is_increment %}
    {% do truepoint._add_new_spine_rows(ctes, 'spine', spine_relation, build) %}
{% else %}
    {% do truepoint._add_relation(ctes, 'spine', truepoint._decisions(spine_relation), 'Who asks, and when.') %}
{% endif %}
{% for name, relation in input_relations.items() %}
    {% do truepoint._add_relation(ctes, name, relation, 'The features of ' ~ name ~ '.') %}
{% endfor %}
{{ return(truepoint._feature_statement(view.name, ctes, truepoint._get_derived_ctes(view), build)) }}
{% endmacro %}

{# What is worked out of `spine` and the views, up to `features`: list of CTEs. #}
{% macro _get_derived_ctes(view) %}
{%- set used = view.features | map(attribute='names') | sum(start=[]) -%}
{%- set index = truepoint._get_feature_index() -%}
{%- set types = {} -%}
{%- do types.update(view.request) -%}
{%- for name in used if name in index -%}
    {%- do types.update({name: index[name].type}) -%}
{%- endfor -%}
{%- set own_names = view.features | map(attribute='name') | list -%}
{%- set given = types.keys() | reject('in', own_names) | list -%}
{%- set ctes = [] -%}
{% call truepoint._add_cte(ctes, 'inputs', 'What the expressions name. A row that some view does not have yet waits for it.') %}
select
    spine.spine_id,
    spine.as_of
    {%- for field in view.request %},
    spine.{{ field }}
    {%- endfor %}
    {%- for name in given if name in index %},
    {{ index[name].view }}.{{ name }}
    {%- endfor %}
from spine
{{- truepoint._join_views(view.inputs | map(attribute='name') | list, 'inner') }}
{% endcall %}

{% do truepoint._add_derived_levels(ctes, truepoint._get_derived_levels(view.features, given), types, 'inputs') %}

{% call truepoint._add_cte(ctes, 'features', 'The features of the view.') %}
select
    spine_id,
    as_of
    {%- for feature in view.features %},
    {{ feature.name }}
    {%- endfor %}
from {{ ctes[-1].name }}
{% endcall %}
{{ return(ctes) }}
{% endmacro %}
