{#
    The one condition for an event to count: since < event time <= until, known by the as-of time, and not the event being decided.
    Every plan, online or training, renders it here or by the visible interval below, which says the same.

    since          as_of - offset - window; none for a lifetime, or where an outer scan has made sure of it
    until          as_of - offset; none where an outer scan has made sure of it
    known_at       none where an outer scan has made sure of it
    own_event_id   the request's own event; none where the relation does not hold the event being decided
    Returns a list of conditions, all of which must hold.
#}
{% macro _event_counts(event_time, since=none, until=none, known_at=none, as_of=none, event_id=none, own_event_id=none) %}
    {% set conditions = [] %}
    {% if since %}{% do conditions.append(event_time ~ ' > ' ~ since) %}{% endif %}
    {% if until %}{% do conditions.append(event_time ~ ' <= ' ~ until) %}{% endif %}
    {% if known_at %}{% do conditions.append(known_at ~ ' <= ' ~ as_of) %}{% endif %}
    {% if own_event_id %}{% do conditions.append(truepoint.is_distinct(event_id, own_event_id)) %}{% endif %}
    {{ return(conditions) }}
{% endmacro %}

{#
    The same condition as an interval of as-of times: an event is visible from visible_from (included) to visible_until (excluded).
    Where an event becomes known only after its window has passed, both are the same instant: it is never visible.
#}
{% macro _visible_from(event_time, known_at, offset_seconds) %}
    {{ return('greatest(' ~ truepoint.time_plus(event_time, offset_seconds) ~ ', ' ~ known_at ~ ')') }}
{% endmacro %}

{% macro _visible_until(event_time, known_at, offset_seconds, window_seconds) %}
    {{ return('greatest(' ~ truepoint.time_plus(event_time, offset_seconds + window_seconds) ~ ', ' ~ known_at ~ ')') }}
{% endmacro %}

{# Earliest event time that no longer counts, and the latest that does, at an as-of time; since is none for a lifetime. #}
{% macro _window_since(as_of, feature) %}
    {{ return(truepoint.time_minus(as_of, feature.seconds + feature.offset_seconds) if feature.seconds else none) }}
{% endmacro %}

{% macro _window_until(as_of, feature) %}
    {{ return(truepoint.time_minus(as_of, feature.offset_seconds)) }}
{% endmacro %}
