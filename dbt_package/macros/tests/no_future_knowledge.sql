{#
    No row holds anything that became known after its as-of time. The rows most exposed are taken: those with an event of their key, not
    their own, that had happened by then and was not known yet. For each, everything known later is taken out of the event relations, by a condition written here and not by
    the compiler, and the features are computed again. Returns the rows that differ.

    model   a service's training table, or a feature view's table
    rows    how many exposed rows to compare at most; var `truepoint_parity_rows` where not given
#}
{% test no_future_knowledge(model, rows=none) %}
    {{ config(enabled=target.type == 'postgres') }}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set node = graph.nodes[context.model.attached_node] %}
        {% set service = truepoint._get_tested_service(node) %}
        {% do truepoint._tell_known_times(service) %}
        {% do truepoint._check_columns((truepoint._get_inputs_to_check(node) + (service.views | map(attribute='events') | map(attribute='node') | list)) | unique(attribute='unique_id')) %}
        {# Last, since what asks the database before may end the transaction. #}
        {% do truepoint._set_test_session() %}
        {{ return(truepoint._tidy_statement(truepoint._no_future_knowledge_query(model, service, rows or truepoint._get_setting('parity_rows')))) }}
    {% endif %}
{% endtest %}

{% macro _no_future_knowledge_query(relation, service, rows) %}
{%- set known_events = {} -%}
{%- for view in service.views -%}
    {%- set events = view.events -%}
    {%- do known_events.update({events.name: '(select * from ' ~ events.relation ~ ' as known where ' ~ truepoint._get_known_time(events, 'known.') ~ ' <= request.as_of)'}) -%}
{%- endfor -%}
{%- set ctes = [] -%}
{%- do truepoint._add_comparison(ctes, relation, service, truepoint._exposed_rows(service, rows), known_events) -%}
{{ return(truepoint._statement(ctes, 'select spine_id from differences')) }}
{% endmacro %}

{#
    Spine rows with an event of their key, not their own, that had happened and was not known yet: for each view, those of its most delayed events. Events
    of keys that nobody asks for, or that were known before anybody asked, expose no row: a history that was loaded late would else take all places.
#}
{% macro _exposed_rows(service, rows) %}
    select spine_rows.*
    from {{ service.spine.relation_name }} as spine_rows
    where
        spine_rows.spine_id in (
            {%- for view in service.views %}
            {%- set events = view.events %}
            {%- set event_time = 'candidates.' ~ events.event_time %}
            {%- set known_at = truepoint._get_known_time(events, 'candidates.') %}
            (
                select spine.spine_id
                from (
                    select candidates.*
                    from {{ events.relation }} as candidates
                    inner join (
                        select
                            {{ view.entity | join(', ') }},
                            min(as_of) as first_as_of,
                            max(as_of) as last_as_of
                        from {{ truepoint._decisions(service.spine.relation_name) | indent(24) }}
                        group by {{ view.entity | join(', ') }}
                    ) as decided
                        on
                            {%- for key in view.entity %}
                            {{ 'and ' if not loop.first }}candidates.{{ key }} = decided.{{ key }}
                            {%- endfor %}
                    where
                        {{ known_at }} > {{ event_time }}
                        and {{ known_at }} > decided.first_as_of
                        and {{ event_time }} <= decided.last_as_of
                        and {{ truepoint._in_span([event_time, known_at]) | join('\n                        and ') }}
                    order by {{ known_at }} - {{ event_time }} desc, candidates.{{ events.event_id }}
                    limit {{ rows }}
                ) as late
                inner join {{ service.spine.relation_name }} as spine
                    on
                        spine.as_of >= late.{{ events.event_time }}
                        and spine.as_of < {{ truepoint._get_known_time(events, 'late.') }}
                        {%- for key in view.entity %}
                        and spine.{{ key }} = late.{{ key }}
                        {%- endfor %}
                        {%- if view.decides %}
                        and {{ truepoint.is_distinct('spine.event_id', 'late.' ~ events.event_id) }}
                        {%- endif %}
                order by md5(spine.spine_id), spine.spine_id
                limit {{ rows }}
            )
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        )
{%- endmacro %}
