{#
    Body of an online analysis: the one statement that the server runs for a service. Its parameters are arrays, one element per request row;
    the signature at its end tells Python what they are and what comes back.
#}
{% macro online_statement(service) %}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set definition = truepoint._get_service(service) %}
        {% set signature = truepoint._get_signature(definition) %}
        {{ return(truepoint._signed(
            truepoint._first_line('service ' ~ service, signature.definition_version)
            ~ truepoint._get_online_text(definition),
            'truepoint-signature', signature
        )) }}
    {% endif %}
{% endmacro %}
