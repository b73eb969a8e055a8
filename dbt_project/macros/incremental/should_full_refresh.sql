{#
    Overrides dbt's macro of this name, which its materialisations and is_incremental() ask: a table is built anew where its definition, or history,
    has changed. Once a statement is written, the statement itself says what it is for: the answer must not change between its writing and its run.
#}
{% macro should_full_refresh() %}
    {% set statement = model.get('compiled_code') or '' %}
    {% if '-- truepoint-build: new rows' in statement %}
        {{ return(false) }}
    {% elif '-- truepoint-build: all rows' in statement %}
        {{ return(true) }}
    {% elif may_ask_database() and is_versioned(model) %}
        {{ return(not get_build().is_increment) }}
    {% endif %}
    {{ return(dbt.should_full_refresh()) }}
{% endmacro %}

{# Whether a model's rows say what they were built from. #}
{% macro is_versioned(node) %}
    {% set versioning = [] %}
    {% for name in ['feature_view', 'derived_view', 'training_set', 'new_rows'] %}
        {% do versioning.append('macro.' ~ project_name ~ '.' ~ name) %}
    {% endfor %}
    {{ return(node.depends_on.macros | select('in', versioning) | list | length > 0) }}
{% endmacro %}
