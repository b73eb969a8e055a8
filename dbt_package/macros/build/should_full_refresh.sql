{#
    Stands for dbt's macro of this name while a versioned table is built: it is built anew where its definition, or history, has changed. Once a statement is written, the statement itself says what it is for: the answer must not change between its writing and its run.
#}
{% macro _should_full_refresh() %}
    {% set statement = model.get('compiled_code') or '' %}
    {% if '-- truepoint-build: new rows' in statement %}
        {{ return(false) }}
    {% elif '-- truepoint-build: all rows' in statement %}
        {{ return(true) }}
    {% elif truepoint._may_ask_database() and truepoint._is_versioned(model) %}
        {{ return(not truepoint._get_build().is_increment) }}
    {% endif %}
    {{ return(dbt.should_full_refresh()) }}
{% endmacro %}
