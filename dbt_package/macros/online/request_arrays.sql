{# The request rows, from the statement's array parameters. #}
{% macro _request_arrays(service) %}
{%- set parameters = truepoint._get_parameters(service) -%}
select
    asked.ord
    {%- for parameter in parameters %},
    {{ 'coalesce(asked.as_of, ' ~ truepoint._statement_time() ~ ') as as_of' if parameter.role == 'as_of' else 'asked.' ~ parameter.name }}
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
