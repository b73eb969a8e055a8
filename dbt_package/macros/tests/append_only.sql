{#
    The tables under an event relation only ever grow: a row that is updated in place or deleted lets training see what was not known then. Returns a row,
    and tells a sentence, for each table that changed. A table with truepoint's guard cannot change, and the table of a dbt snapshot changes as it should.

    model     a model with meta.events
    mutable   columns of the tables that may be updated, which the model must not read
#}
{% test append_only(model, mutable=[]) %}
    {{ config(enabled=target.type == 'postgres') }}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set events = truepoint._get_tested_events(graph.nodes[context.model.attached_node], 'append_only') %}
        {{ return(truepoint._tell_problems(truepoint._append_only_query(events, mutable))) }}
    {% endif %}
{% endtest %}
