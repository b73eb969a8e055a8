{#
    The training table has a row for each of the spine's, and holds what the online statement answers, exactly, on a sample of them. Returns the
    rows that differ.

    model   a service's training table, or a feature view's table
    rows    how many rows to compare; var `truepoint_parity_rows` where not given
#}
{% test parity(model, rows=none) %}
    {{ config(enabled=target.type == 'postgres') }}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set node = graph.nodes[context.model.attached_node] %}
        {% set service = truepoint._get_tested_service(node) %}
        {% do truepoint._set_test_session() %}
        {% do truepoint._tell_known_times(service) %}
        {% do truepoint._check_columns((truepoint._get_inputs_to_check(node) + (service.views | map(attribute='events') | map(attribute='node') | list)) | unique(attribute='unique_id')) %}
        {{ return(truepoint._tidy_statement(truepoint._parity_query(model, service, rows or truepoint._get_setting('parity_rows')))) }}
    {% endif %}
{% endtest %}

{% macro _parity_query(relation, service, rows) %}
{{ truepoint._compare_with_online(relation, service, truepoint._sample_rows(service.spine.relation_name, rows)) }},

-- An empty sample would prove nothing, and a table of another length is not the spine's.
counts as (
    select
        (select count(*) from {{ service.spine.relation_name }} where {{ truepoint._in_span(['as_of']) | join(' and ') }}) as spine_rows,
        (select count(*) from {{ relation }}) as table_rows
)

select spine_id from differences
union all
select 'the spine has ' || spine_rows || ' rows, the table ' || table_rows as spine_id
from counts
where
    spine_rows = 0
    or spine_rows <> table_rows
{% endmacro %}

{# The service whose training table a test is on; for a feature view, a service of just that view. #}
{% macro _get_tested_service(node) %}
    {% if truepoint._get_meta(node).get('feature_view') is not none %}
        {% set view = truepoint._get_feature_view(node) %}
        {% set spine = truepoint._get_inputs(node, 'spine')[0] %}
        {% set spine_types = truepoint._get_column_types(spine) %}
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
    {% for exposure in graph.exposures.values() if node.unique_id in exposure.depends_on.nodes and truepoint._get_meta(exposure).get('feature_service') is not none %}
        {{ return(truepoint._get_service(exposure.name)) }}
    {% endfor %}
    {% do exceptions.raise_compiler_error(
        truepoint._get_file(node) ~ ': ' ~ node.name ~ ': test parity or no_future_knowledge on a model that is neither a feature view nor named by a feature service (depends_on)'
    ) %}
{% endmacro %}
