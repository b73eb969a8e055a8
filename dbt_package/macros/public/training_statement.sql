{#
    Body of a training analysis: the whole training form of a service in one statement, over any spine. The first line tells Python which relation
    holds the spine, what its columns are, and what comes back.
#}
{% macro training_statement(service) %}
    {% if execute %}
        {% do truepoint.check_definitions() %}
        {% set definition = truepoint._get_service(service) %}
        {{ return(
            '-- truepoint-training-signature: ' ~ tojson(truepoint._get_training_signature(definition)) ~ '\n'
            ~ truepoint._tidy_statement(truepoint._training_answers(definition, truepoint._get_given_spine()))
        ) }}
    {% endif %}
{% endmacro %}
