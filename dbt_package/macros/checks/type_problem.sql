{# What is wrong with a type that is declared, and what to write instead. #}
{% macro _get_type_problem(given) %}
    {% set type = truepoint._get_declared_type(given) | string %}
    {% if type.startswith('timestamp') %}
        {% set instead = "; the model says in which zone its times are, as in occurred_at at time zone 'UTC' as occurred_at" %}
    {% elif type in ['real', 'float', 'float4'] %}
        {% set instead = '; the model can cast it, as in cast(score as double precision) as score' %}
    {% elif given %}
        {% set instead = '; the model can cast another type to one of these, as in cast(reference as text) as reference' %}
    {% endif %}
    {{ return((given or 'not given') ~ truepoint._did_you_mean(given or '', truepoint._get_value_types()) ~ ' (allowed: ' ~ (truepoint._get_declarable_types() | join(', ')) ~ (instead or '') ~ ')') }}
{% endmacro %}
