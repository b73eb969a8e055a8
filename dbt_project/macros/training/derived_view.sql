{#
    Body of a derived view's model: scalar expressions over features of other views and request fields.

    inputs   names of the view models whose features the expressions use
    spine    name of the spine's model, which has the request fields as columns
#}
{% macro derived_view(inputs, spine) %}
    {% set spine_relation = ref(spine) %}
    {% set input_relations = {} %}
    {% for input in inputs %}
        {% do input_relations.update({input: ref(input)}) %}
    {% endfor %}
    {% if execute %}
        {% do check_definitions() %}
        {{ return(tidy_statement(derived_features(get_derived_view(graph.nodes[model.unique_id]), spine_relation, input_relations, get_build()))) }}
    {% endif %}
{% endmacro %}

{# build: the table that is built, see get_build(); none where the statement is for no table. A row whose inputs are not all there waits for them. #}
{% macro derived_features(view, spine_relation, input_relations, build=none) %}
{%- set used = view.features | map(attribute='names') | sum(start=[]) -%}
{%- set index = get_feature_index() -%}
{%- set types = {} -%}
{%- do types.update(view.request) -%}
{%- for name in used if name in index -%}
    {%- do types.update({name: index[name].type}) -%}
{%- endfor -%}
{%- set own_names = view.features | map(attribute='name') | list -%}
{%- set given = types.keys() | reject('in', own_names) | list -%}
{{ build_mark(build) }}
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
        {{ is_new('all_spine_rows.spine_id', build) | indent(8) }}
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
    {{- join_views(input_relations, 'inner') }}
),

{{ derived_levels(get_derived_levels(view.features, given), types, 'inputs') }}

features as (
    select
        spine_id,
        as_of
        {%- for feature in view.features %},
        {{ feature.name }}
        {%- endfor %}
    from {{ 'derived_' ~ (get_derived_levels(view.features, given) | length) }}
)

{{ select_built('features', build) }}
{% endmacro %}

{# CTEs derived_1, derived_2, …: each adds the derived features that need only what came before. #}
{% macro derived_levels(levels, types, inputs) %}
{%- for features in levels -%}
derived_{{ loop.index }} as (
    select
        *
        {%- for feature in features %},
        {{ derived_value(feature, types) }} as {{ feature.name }}
        {%- endfor %}
    from {{ inputs if loop.first else 'derived_' ~ (loop.index - 1) }}
),
{% endfor -%}
{%- endmacro %}
