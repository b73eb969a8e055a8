{# build: the table that is built, see get_build(); none where the statement is for no table. A row whose inputs are not all there waits for them. #}
{% macro _derived_features(view, spine_relation, input_relations, build=none) %}
{%- set used = view.features | map(attribute='names') | sum(start=[]) -%}
{%- set index = truepoint._get_feature_index() -%}
{%- set types = {} -%}
{%- do types.update(view.request) -%}
{%- for name in used if name in index -%}
    {%- do types.update({name: index[name].type}) -%}
{%- endfor -%}
{%- set own_names = view.features | map(attribute='name') | list -%}
{%- set given = types.keys() | reject('in', own_names) | list -%}
{{ truepoint._build_mark(build) }}
-- One row per row of the spine: {{ view.name }} as of its as-of time.
{%- if build and build.is_increment %}
with all_spine_rows as (
    select * from {{ spine_relation }}
),

-- The rows that the table does not have yet.
spine as (
    select all_spine_rows.*
    from all_spine_rows
    where
        {{ truepoint._is_new('all_spine_rows.spine_id', build) | indent(8) }}
),
{%- else %}
with spine as (
    select * from {{ spine_relation }}
),
{%- endif %}
{% for name, relation in input_relations.items() %}
{{ name }} as (
    select * from {{ relation }}
),
{% endfor %}
inputs as (
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
    {{- truepoint._join_views(input_relations, 'inner') }}
),

{{ truepoint._derived_levels(truepoint._get_derived_levels(view.features, given), types, 'inputs') }}

features as (
    select
        spine_id,
        as_of
        {%- for feature in view.features %},
        {{ feature.name }}
        {%- endfor %}
    from {{ 'derived_' ~ (truepoint._get_derived_levels(view.features, given) | length) }}
)

{{ truepoint._select_built('features', build) }}
{% endmacro %}
