{#
    Whether a row's key has any event that counts, of whatever age: what the proofs hold `found` to. It goes by the visible interval, as training does, where
    the online form goes by the conditions themselves.

    row   the row's alias with a dot; it has the view's key, as_of and, where the view reads the events being decided, event_id
#}
{% macro _knows_key(view, row) %}
    {% set known_at = truepoint._get_known_time(view.events, 'counted.') %}
    {% set conditions = [] %}
    {% for key in view.entity %}
        {% do conditions.append('counted.' ~ key ~ ' = ' ~ row ~ key) %}
    {% endfor %}
    {% do conditions.append(truepoint._visible_from('counted.' ~ view.events.event_time, known_at, 0) ~ ' <= ' ~ row ~ 'as_of') %}
    {% if view.decides %}
        {% do conditions.append(truepoint.is_distinct('counted.' ~ view.events.event_id, row ~ 'event_id')) %}
    {% endif %}
    {% do conditions.extend(truepoint._in_span(['counted.' ~ view.events.event_time, known_at])) %}
    {{ return('exists (\n    select 1\n    from ' ~ view.events.relation ~ ' as counted\n    where\n        ' ~ (conditions | join('\n        and ')) ~ '\n)') }}
{% endmacro %}
