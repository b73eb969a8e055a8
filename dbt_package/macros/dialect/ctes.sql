{# What an engine does with a CTE. #}

{# Whether a CTE that is read more than once is computed only once. #}
{% macro _keeps_ctes() %}
    {{ return(adapter.dispatch('_keeps_ctes', 'truepoint')()) }}
{% endmacro %}

{% macro default___keeps_ctes() %}
    {{ return(false) }}
{% endmacro %}

{% macro postgres___keeps_ctes() %}
    {{ return(true) }}
{% endmacro %}

{# Lets the planner read a CTE's base relation again, where it would else write the CTE out. #}
{% macro _inlined() %}
    {{ return(adapter.dispatch('_inlined', 'truepoint')()) }}
{% endmacro %}

{% macro default___inlined() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres___inlined() %}
    {{ return(' not materialized') }}
{% endmacro %}

{# Makes the planner write a CTE out, where it would else compute it again for each use. #}
{% macro _written_out() %}
    {{ return(adapter.dispatch('_written_out', 'truepoint')()) }}
{% endmacro %}

{% macro default___written_out() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres___written_out() %}
    {{ return(' materialized') }}
{% endmacro %}
