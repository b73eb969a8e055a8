{#
    The training table holds what the online statement answers, exactly, on a sample of its rows. Returns the rows that differ.

    model   a service's training table, or a feature view's table
    rows    how many rows to compare; var `parity_rows` where not given
#}
{% test parity(model, rows=none) %}
    {{ config(enabled=target.type == 'postgres') }}
    {% if execute %}
        {% do check_definitions() %}
        {% set node = graph.nodes[context.model.attached_node] %}
        {{ return(tidy_statement(parity_query(model, get_tested_service(node), rows or var('parity_rows')))) }}
    {% endif %}
{% endtest %}

{% macro parity_query(relation, service, rows) %}
with offline as (
{{ sample_rows(relation, rows) }}
),

requests as (
    select spine.*
    from {{ service.spine.relation_name }} as spine
    inner join offline
        on spine.spine_id = offline.spine_id
),

online as (
    {{ online_features(service, request_sample(service, 'requests'), row_key='spine_id') | indent(4) }}
),

{{ differing_rows('offline', 'online', service.features) }},

no_rows as (
    select 'no row to compare' as spine_id
    where not exists (select 1 from offline)
)

select spine_id from differences
union all
select spine_id from no_rows
{% endmacro %}

{# The service whose training table a test is on; for a feature view, a service of just that view. #}
{% macro get_tested_service(node) %}
    {% if get_meta(node).get('feature_view') is not none %}
        {% set view = get_feature_view(node) %}
        {% set spine = get_inputs(node, 'spine')[0] %}
        {% set spine_types = get_column_types(spine) %}
        {% set entities = {} %}
        {% for key in view.entity %}
            {% do entities.update({key: spine_types[key]}) %}
        {% endfor %}
        {{ return({
            'name': node.name,
            'spine': spine,
            'entities': entities,
            'request': {},
            'features': view.features | map(attribute='name') | list,
            'views': [view],
            'derived': [],
            'types': {},
        }) }}
    {% endif %}
    {% for exposure in graph.exposures.values() if node.unique_id in exposure.depends_on.nodes and get_meta(exposure).get('feature_service') is not none %}
        {{ return(get_service(exposure.name)) }}
    {% endfor %}
    {% do exceptions.raise_compiler_error(
        get_file(node) ~ ': ' ~ node.name ~ ': test parity or no_future_knowledge on a model that is neither a feature view nor named by a feature service (depends_on)'
    ) %}
{% endmacro %}
