{#
    Body of an online analysis: the one statement that the server runs for a service. Its parameters are arrays, one element per request row;
    the first line tells Python what they are and what comes back.
#}
{% macro online_statement(service) %}
    {% if execute %}
        {% do check_definitions() %}
        {% set definition = get_service(service) %}
        {{ return('-- truepoint-signature: ' ~ tojson(get_signature(definition)) ~ '\n' ~ tidy_statement(online_features(definition, request_arrays(definition)))) }}
    {% endif %}
{% endmacro %}

{# The parameters of a service's statement, in order: list of {name, type, role}. #}
{% macro get_parameters(service) %}
    {% set parameters = [] %}
    {% for name, type in get_columns_asked(service).items() %}
        {% do parameters.append({'name': name, 'type': type, 'role': 'entity' if name in service.entities else 'request'}) %}
    {% endfor %}
    {% do parameters.append({'name': 'event_id', 'type': 'text', 'role': 'event'}) %}
    {% do parameters.append({'name': 'as_of', 'type': 'timestamptz', 'role': 'as_of'}) %}
    {{ return(parameters) }}
{% endmacro %}

{# The request rows, from the statement's array parameters. #}
{% macro request_arrays(service) %}
{%- set parameters = get_parameters(service) -%}
select
        asked.ord
        {%- for parameter in parameters %},
        {{ 'coalesce(asked.as_of, ' ~ statement_time() ~ ') as as_of' if parameter.role == 'as_of' else 'asked.' ~ parameter.name }}
        {%- endfor %}
    from unnest(
        {%- for parameter in parameters %}
        ${{ loop.index }}::{{ parameter.type }}[]{{ ',' if not loop.last }}
        {%- endfor %}
    ) with ordinality as asked (
        {%- for parameter in parameters %}
        {{ parameter.name }},
        {%- endfor %}
        ord
    )
{%- endmacro %}
