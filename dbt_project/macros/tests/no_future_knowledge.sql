{#
    No row holds anything that became known after its as-of time. The rows most exposed are taken: those with an event of their key that had
    happened by then and was not known yet. For each, everything known later is taken out of the event relations, by a condition written here and not by
    the compiler, and the features are computed again. Returns the rows that differ.

    model   a service's training table, or a feature view's table
    rows    how many exposed rows to compare at most; var `parity_rows` where not given
#}
{% test no_future_knowledge(model, rows=none) %}
    {{ config(enabled=target.type == 'postgres') }}
    {% if execute %}
        {% do check_definitions() %}
        {% set node = graph.nodes[context.model.attached_node] %}
        {{ return(tidy_statement(no_future_knowledge_query(model, get_tested_service(node), rows or var('parity_rows')))) }}
    {% endif %}
{% endtest %}

{% macro no_future_knowledge_query(relation, service, rows) %}
{%- set known_events = {} -%}
{%- for view in service.views -%}
    {%- set events = view.events -%}
    {%- do known_events.update({events.name: '(select * from ' ~ events.relation ~ ' as known where known.' ~ events.known_at ~ ' <= request.as_of)'}) -%}
{%- endfor -%}
with offline as (
    select table_rows.*
    from {{ relation }} as table_rows
    where
        table_rows.spine_id in (
            {%- for view in service.views %}
            (
                select spine.spine_id
                from (
                    select *
                    from {{ view.events.relation }}
                    where {{ view.events.known_at }} > {{ view.events.event_time }}
                    order by {{ view.events.known_at }} - {{ view.events.event_time }} desc, {{ view.events.event_id }}
                    limit {{ rows }}
                ) as late
                inner join {{ service.spine.relation_name }} as spine
                    on
                        spine.as_of >= late.{{ view.events.event_time }}
                        and spine.as_of < late.{{ view.events.known_at }}
                        {%- for key in view.entity %}
                        and spine.{{ key }} = late.{{ key }}
                        {%- endfor %}
                order by late.{{ view.events.event_id }}, spine.spine_id
                limit {{ rows }}
            )
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        )
),

requests as (
    select spine.*
    from {{ service.spine.relation_name }} as spine
    inner join offline
        on spine.spine_id = offline.spine_id
),

online as (
    {{ online_features(service, request_sample(service, 'requests'), known_events, 'spine_id') | indent(4) }}
),

{{ differing_rows('offline', 'online', service.features) }}

select spine_id from differences
{% endmacro %}
