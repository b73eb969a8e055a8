{#
    The total order of a key's events, as a list of SQL: by event time; of one event time by known time, so that what is known later corrects what
    was known before; of both, by event id.
#}
{% macro _get_event_order(view, event='') %}
    {{ return([
        event ~ view.events.event_time,
        truepoint._get_known_time(view.events, event),
        truepoint._in_order(event ~ view.events.event_id, view.events.columns[view.events.event_id]),
    ]) }}
{% endmacro %}
