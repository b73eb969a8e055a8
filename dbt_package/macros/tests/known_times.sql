{#
    The known times of an event relation can be meant: none is null, none lies far before the event, and they are not those of one load. Returns a row,
    and tells a sentence, for each that is wrong.

    model   a model with meta.events
    skew    how long before it happened an event may be known: a window such as 5m, for clocks that differ; longer where bookings are events
#}
{% test known_times(model, skew='5m') %}
    {{ config(enabled=target.type == 'postgres') }}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set events = truepoint._get_tested_events(graph.nodes[context.model.attached_node], 'known_times') %}
        {% if truepoint.get_seconds(skew) is none %}
            {% do exceptions.raise_compiler_error(
                truepoint._get_file(events.node) ~ ': ' ~ events.name ~ ': test known_times: skew is ' ~ skew ~ ' (allowed: such as 5m, 1h or 30d)'
            ) %}
        {% endif %}
        {% if truepoint._get_known_time_note(events) and truepoint._may_ask_database() %}
            {% do log(truepoint._get_known_time_note(events), info=True) %}
        {% endif %}
        {{ return(truepoint._tell_problems(truepoint._known_times_query(events, skew))) }}
    {% endif %}
{% endtest %}

{# The event relation that a test is on. #}
{% macro _get_tested_events(node, test) %}
    {% if truepoint._get_meta(node).get('events') is none %}
        {% do exceptions.raise_compiler_error(
            truepoint._get_file(node) ~ ': ' ~ node.name ~ ': test ' ~ test ~ ' on a model without meta.events (allowed: an event relation)'
        ) %}
    {% endif %}
    {{ return(truepoint._get_events(node)) }}
{% endmacro %}
