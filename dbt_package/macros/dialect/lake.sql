{#
    The lake: a folder of Parquet files, written by `truepoint lake export`, that Spark reads as its sources. TRUEPOINT_LAKE names it; where that is
    not set, Spark reads the tables of its own catalogue.
#}
{% macro _get_lake() %}
    {{ return(env_var('TRUEPOINT_LAKE', '').rstrip('/') if target.type == 'spark' else '') }}
{% endmacro %}

{# The schema of the view `exports`, which says up to when the lake is settled. #}
{% macro _get_lake_schema() %}
    {{ return('truepoint_lake') }}
{% endmacro %}
