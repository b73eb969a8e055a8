{# Settings of a Postgres session on which a value could depend. The server sets the same: truepoint/postgres/session.py. #}
{% macro _get_session_settings() %}
    {{ return({
        'search_path': 'pg_catalog, pg_temp',
        'TimeZone': 'UTC',
        'timezone_abbreviations': 'Default',
        'DateStyle': 'ISO, MDY',
        'IntervalStyle': 'postgres',
        'extra_float_digits': '1',
        'bytea_output': 'hex',
        'array_nulls': 'on',
        'standard_conforming_strings': 'on',
        'transform_null_equals': 'off',
    }) }}
{% endmacro %}

{#
    SQL that gives the transaction these settings, whatever those of the role and the database; nothing where an engine has none. The SQL of a
    hand-written model may name functions of its own schemas: there the search path stays.
#}
{% macro _set_session(is_ours) %}
    {{ return(adapter.dispatch('_set_session', 'truepoint')(is_ours)) }}
{% endmacro %}

{% macro spark___set_session(is_ours) %}
    {{ return('') }}
{% endmacro %}

{% macro postgres___set_session(is_ours) %}
    {% set calls = [] %}
    {% for name, value in truepoint._get_session_settings().items() if is_ours or name != 'search_path' %}
        {% do calls.append("set_config('" ~ name ~ "', '" ~ value ~ "', true)") %}
    {% endfor %}
    {{ return('select ' ~ (calls | join(', '))) }}
{% endmacro %}

{# Pre-hook of versioned tables. #}
{% macro _set_model_session() %}
    {% if execute %}
        {% set meta = truepoint._get_meta(model) %}
        {{ return(truepoint._set_session(meta.get('feature_view') is not none or meta.get('derived_view') is not none or meta.get('training_set') is not none)) }}
    {% endif %}
{% endmacro %}

{# Before the statement of a data test, in its transaction. #}
{% macro _set_test_session() %}
    {% if truepoint._may_ask_database() and truepoint._set_session(true) %}
        {% do run_query(truepoint._set_session(true)) %}
    {% endif %}
{% endmacro %}
