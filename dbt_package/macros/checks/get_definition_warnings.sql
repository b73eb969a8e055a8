{# What is right and will be slow, or rests on what nothing looks at: list of texts. #}
{% macro _get_definition_warnings() %}
    {% set warnings = [] %}
    {% for node in truepoint._get_models_of_kind('feature_view') %}
        {% for feature in truepoint._get_feature_view(node).features %}
            {% set aggregate = truepoint._get_aggregate(feature.aggregate, none, feature.options) %}
            {% set keeps_few = aggregate.plan == 'latest' or aggregate.order_by == 'event' %}
            {% if feature.window == 'lifetime' and not keeps_few %}
                {% do warnings.append(truepoint._definition_error(node, feature.name, given='will be slow online: a ' ~ feature.aggregate ~ ' over a lifetime reads every event of its key at each request (quick: a window of fixed length)')) %}
            {% elif aggregate.plan == 'ordered' and not keeps_few and feature.seconds and feature.seconds >= truepoint.get_seconds('90d') %}
                {% do warnings.append(truepoint._definition_error(node, feature.name, given='will be slow online: a ' ~ feature.aggregate ~ ' over ' ~ feature.window ~ ' puts every value of the window in order at each request (quick: a window of less than 90d)')) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% for node in truepoint._get_models_of_kind('spine') if not truepoint._is_versioned(node) and truepoint._reads_beyond_events(node) %}
        {% do warnings.append(truepoint._definition_error(node, node.name, given="reads a table that is no event relation, and keeps no rows: where one changes, the tables over it stay as they are, unnoticed (looked at: a spine whose body ends in the macro new_rows)")) %}
    {% endfor %}
    {{ return(warnings) }}
{% endmacro %}
