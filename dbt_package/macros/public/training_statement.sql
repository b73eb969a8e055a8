{#
    Body of a training analysis: the whole training form of a service in one statement, over any spine. The signature at its end tells Python
    which relation holds the spine, what its columns are, and what comes back.
#}
{% macro training_statement(service) %}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set definition = truepoint._get_service(service) %}
        {% set signature = truepoint._get_training_signature(definition) %}
        {{ return(truepoint._signed(
            truepoint._first_line('training statement of service ' ~ service, signature.definition_version)
            ~ truepoint._tidy_statement(truepoint._training_answers(definition, truepoint._get_given_spine())),
            'truepoint-training-signature', signature
        )) }}
    {% endif %}
{% endmacro %}
