{#
    The times of an event relation lie in the span of the contract (years 1900 to 2149), and its other times on the calendar (1 to 9999). What does
    not is set aside by every plan: an event that never counts, a value that is null. Returns those events, and by default warns of them.
#}
{% test times_in_span(model) %}
    {{ config(severity='warn') }}
    {% if execute %}
        {% set node = graph.nodes[context.model.attached_node] %}
        {% do truepoint._check_columns([node]) %}
        {{ return(truepoint._times_out_of_span(model, truepoint._get_events(node))) }}
    {% endif %}
{% endtest %}

{% macro _times_out_of_span(relation, events) %}
{%- set outside = [] -%}
{%- for column, type in events.columns.items() if type == 'timestamptz' -%}
    {%- set is_own = column in [events.event_time, events.known_at] -%}
    {%- do outside.append('not (' ~ (truepoint._in_span([column]) | join(' and ')) ~ ')' if is_own else truepoint._calendar_time(column) ~ ' is null and ' ~ column ~ ' is not null') -%}
{%- endfor -%}
select *
from {{ relation }}
where
    {{ outside | join('\n    or ') }}
{% endmacro %}
