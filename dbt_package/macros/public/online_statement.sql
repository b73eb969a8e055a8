{#
    Body of an online analysis: the one statement that the server runs for a service. Its parameters are arrays, one element per request row;
    the first line tells Python what they are and what comes back.
#}
{% macro online_statement(service) %}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set definition = truepoint._get_service(service) %}
        {{ return('-- truepoint-signature: ' ~ tojson(truepoint._get_signature(definition)) ~ '\n' ~ truepoint._tidy_statement(truepoint._online_features(definition, truepoint._request_arrays(definition)))) }}
    {% endif %}
{% endmacro %}
