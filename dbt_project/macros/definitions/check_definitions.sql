{#
    Stops with every mistake in the project's definitions at once: file, feature, what was given, what is allowed. Called by each model and
    analysis that expands a definition, and before every run.
#}
{% macro check_definitions() %}
    {% if execute %}
        {% set errors = definition_errors() %}
        {% if errors %}
            {% do exceptions.raise_compiler_error(
                (errors | length) ~ (' mistake' if errors | length == 1 else ' mistakes') ~ ' in feature definitions:\n\n- ' ~ (errors | join('\n- ')) ~ '\n'
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# All mistakes, as a list of texts; empty where all is well. #}
{% macro definition_errors() %}
    {% set errors = [] %}
    {% for node in get_models_of_kind('events') %}
        {% do errors.extend(get_events_errors(node)) %}
    {% endfor %}
    {% for node in get_models_of_kind('spine') %}
        {% do errors.extend(get_spine_errors(node)) %}
    {% endfor %}
    {% for node in get_models_of_kind('feature_view') %}
        {% do errors.extend(get_feature_view_errors(node)) %}
    {% endfor %}
    {% do errors.extend(get_duplicate_errors()) %}
    {# What builds on features is checked once the features themselves are right: else one mistake would be told many times. #}
    {% if not errors %}
        {% for node in get_models_of_kind('derived_view') %}
            {% do errors.extend(get_derived_view_errors(node)) %}
        {% endfor %}
    {% endif %}
    {% do errors.extend(get_service_errors(errors | length > 0)) %}
    {{ return(errors) }}
{% endmacro %}

{# One message. `subject` is the model, feature or service. #}
{% macro definition_error(node, subject, text) %}
    {{ return(get_file(node) ~ ': ' ~ subject ~ ': ' ~ text) }}
{% endmacro %}

{# A message for each key of a definition that is not known. #}
{% macro get_key_errors(node, subject, given, allowed) %}
    {% set errors = [] %}
    {% for key in given if key not in allowed %}
        {% do errors.append(definition_error(node, subject, 'key ' ~ key ~ ' is not known' ~ did_you_mean(key, allowed) ~ ' (allowed: ' ~ (allowed | join(', ')) ~ ')')) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
