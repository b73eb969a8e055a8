{#
    The known time of an event: the one place that says it in SQL. It is a column; the event time, where an event relation declares that it has no other;
    or a column with a floor for history that was loaded at once: an event that happened before `history.before`, and whose column says that it came in at
    that instant or later, counts as known `history.seconds` after it happened.

    events   see get_events()
    event    the event's alias with a dot, or ''
#}
{% macro _get_known_time(events, event='') %}
    {% set column = event ~ events.known_at %}
    {% if not events.history %}
        {{ return(column) }}
    {% endif %}
    {% set before = truepoint._history_bound(events.history.before) %}
    {{ return(
        'case when ' ~ event ~ events.event_time ~ ' < ' ~ before ~ ' and ' ~ column ~ ' >= ' ~ before
        ~ ' then ' ~ truepoint.time_plus(event ~ events.event_time, events.history.seconds) ~ ' else ' ~ column ~ ' end'
    ) }}
{% endmacro %}

{# What is to be known of an event relation's known times, as a sentence; none where they are a plain column. #}
{% macro _get_known_time_note(events) %}
    {% if events.is_known_as_it_happens %}
        {{ return(events.name ~ ': known_at is declared to be the event time, so no lateness is modelled.') }}
    {% elif events.history %}
        {{ return(
            events.name ~ ': events before ' ~ events.history.before ~ ' that were loaded then or later (' ~ events.known_at ~ ') count as known '
            ~ events.history.delay ~ ' after they happened.'
        ) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
