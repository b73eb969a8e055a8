{# What an engine does with a CTE. #}

{# Whether a CTE that is read more than once is computed only once. #}
{% macro keeps_ctes() %}
    {{ return(adapter.dispatch('keeps_ctes', 'truepoint')()) }}
{% endmacro %}

{% macro default__keeps_ctes() %}
    {{ return(false) }}
{% endmacro %}

{% macro postgres__keeps_ctes() %}
    {{ return(true) }}
{% endmacro %}

{# Lets the planner read a CTE's base relation again, where it would else write the CTE out. #}
{% macro inlined() %}
    {{ return(adapter.dispatch('inlined', 'truepoint')()) }}
{% endmacro %}

{% macro default__inlined() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__inlined() %}
    {{ return(' not materialized') }}
{% endmacro %}

{# Makes the planner write a CTE out, where it would else compute it again for each use. #}
{% macro written_out() %}
    {{ return(adapter.dispatch('written_out', 'truepoint')()) }}
{% endmacro %}

{% macro default__written_out() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__written_out() %}
    {{ return(' materialized') }}
{% endmacro %}
