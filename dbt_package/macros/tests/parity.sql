{#
    The training table has a row for each of the spine's, and holds what the online statement answers, exactly, on a sample of them. Returns the
    rows that differ. Labels are compared in every row with those of the labels' model.

    model   a service's training table, or a feature view's table
    rows    how many rows to compare; var `truepoint_parity_rows` where not given
#}
{% test parity(model, rows=none) %}
    {{ config(enabled=target.type == 'postgres') }}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set node = graph.nodes[context.model.attached_node] %}
        {% set service = truepoint._get_tested_service(node) %}
        {% do truepoint._tell_known_times(service) %}
        {% do truepoint._check_columns((truepoint._get_inputs_to_check(node) + (service.views | map(attribute='events') | map(attribute='node') | list)) | unique(attribute='unique_id')) %}
        {# Last, since what asks the database before may end the transaction. #}
        {% do truepoint._set_test_session() %}
        {{ return(truepoint._tidy_statement(truepoint._parity_query(model, service, rows or truepoint._get_setting('parity_rows'), truepoint._get_labels(node)))) }}
    {% endif %}
{% endtest %}

{% macro _parity_query(relation, service, rows, labels=none) %}
{%- set ctes = [] -%}
{%- do truepoint._add_comparison(ctes, relation, service, truepoint._sample_rows(service.spine.relation_name, rows)) -%}

{% call truepoint._add_cte(ctes, 'counts', "An empty sample would prove nothing, and a table of another length is not the spine's.") %}
select
    (
        select count(*)
        from {{ truepoint._decisions(service.spine.relation_name) | indent(8) }}
    ) as spine_rows,
    (select count(*) from {{ relation }}) as table_rows
{% endcall %}

{% set found %}
select spine_id from differences
union all
select 'the spine has ' || spine_rows || ' rows, the table ' || table_rows as spine_id
from counts
where
    spine_rows = 0
    or spine_rows <> table_rows
{%- if labels %}
{%- if labels.matures %}
{%- for column in labels.columns %}
union all
select 'the labels give ' || given || ' values of {{ column }}, of which the table lacks ' || lacking as spine_id
from (
    select
        count(labels.{{ column }}) as given,
        count(labels.{{ column }}) filter (where table_rows.{{ column }} is null) as lacking
    from {{ relation }} as table_rows
    inner join {{ labels.relation }} as labels
        on table_rows.spine_id = labels.spine_id
) as {{ column }}_values
where lacking * 100 > given
{%- endfor %}
{%- endif %}
union all
-- Labels, in every row.
select table_rows.spine_id
from {{ relation }} as table_rows
left join {{ labels.relation }} as labels
    on table_rows.spine_id = labels.spine_id
where
    {%- for column in labels.columns %}
    {{ 'or ' if not loop.first }}{{ truepoint._has_other_label('table_rows.' ~ column, 'labels.' ~ column, labels.matures) }}
    {%- endfor %}
{%- endif %}
{% endset %}
{{ return(truepoint._statement(ctes, found)) }}
{% endmacro %}

{# The labels of a training table: {relation, columns, matures}; none where it has none. #}
{% macro _get_labels(node) %}
    {% set name = (truepoint._get_meta(node).get('training_set') or {}).get('labels') %}
    {% if not name %}
        {{ return(none) }}
    {% endif %}
    {% set labels = truepoint._get_model(name) %}
    {{ return({
        'relation': truepoint._get_relation_name(labels),
        'columns': truepoint._get_column_types(labels) | reject('equalto', 'spine_id') | list,
        'matures': labels.config.materialized == 'view',
    }) }}
{% endmacro %}

{# Labels of a view go on maturing after the table was built: there, a label that the table does not have yet is no fault; more than one in a hundred is. #}
{% macro _has_other_label(built, label, matures) %}
    {{- return('(' ~ built ~ ' is not null and ' ~ truepoint.is_distinct(built, label) ~ ')' if matures else truepoint.is_distinct(built, label)) -}}
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
