{#
    How dbt builds a table that says what it was built from, wherever its file lies: the body's own config, which stands above that of folders and YAML.
    See versioned_table.
#}
{% macro _get_table_config() %}
    {{ return({
        'materialized': 'versioned_table',
        'incremental_strategy': 'append',
        'file_format': truepoint._get_setting('file_format'),
        'indexes': [{'columns': ['spine_id'], 'unique': true}],
    }) }}
{% endmacro %}

{# A row of a training table is replaced when its label matures. Files cannot be updated: in Spark the label is joined when it is read. #}
{% macro _get_training_set_config() %}
    {{ return(adapter.dispatch('_get_training_set_config', 'truepoint')()) }}
{% endmacro %}

{% macro default___get_training_set_config() %}
    {% set table_config = truepoint._get_table_config() %}
    {% do table_config.update({'incremental_strategy': 'delete+insert', 'unique_key': 'spine_id'}) %}
    {{ return(table_config) }}
{% endmacro %}

{% macro spark___get_training_set_config() %}
    {{ return({'materialized': 'view'}) }}
{% endmacro %}
