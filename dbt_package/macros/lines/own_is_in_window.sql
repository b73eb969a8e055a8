{# The condition for a spine row's own event to be in a part's window. #}
{% macro _own_is_in_window(part) %}
    {{ return(truepoint._event_counts(
        'own_event_time',
        since=truepoint._window_since('happens_at', part.feature),
        until=truepoint._window_until('happens_at', part.feature) if part.feature.offset_seconds else none,
    ) | join(' and ') or 'own_event_time is not null') }}
{% endmacro %}
