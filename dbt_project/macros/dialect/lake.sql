{#
    The lake: a folder of Parquet files, one folder per event table, that Spark reads as its sources. TRUEPOINT_LAKE names it; where that is not
    set, Spark reads the tables of its own catalogue.
#}
{% macro get_lake() %}
    {{ return(env_var('TRUEPOINT_LAKE', '').rstrip('/') if target.type == 'spark' else '') }}
{% endmacro %}

{% macro get_lake_schema() %}
    {{ return(env_var('TRUEPOINT_PAYMENTS_SCHEMA', 'payments')) }}
{% endmacro %}

{#
    Before a run: a view over each source's folder, and over `exports`, which says up to when the lake is settled. Views, so that each run sees
    the files that are there.
#}
{% macro create_lake_views() %}
    {% if execute and get_lake() %}
        {% do run_query('create schema if not exists ' ~ get_lake_schema()) %}
        {% for folder in get_lake_folders() %}
            {% do run_query('create or replace view ' ~ get_lake_schema() ~ '.' ~ folder ~ ' as select * from parquet.`' ~ get_lake() ~ '/' ~ folder ~ '`') %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# The folders of the sources that a model reads, and `exports`. #}
{% macro get_lake_folders() %}
    {% set folders = ['exports'] %}
    {% for source in graph.sources.values() if source.schema == get_lake_schema() %}
        {% for node in graph.nodes.values() if source.unique_id in node.depends_on.nodes and source.identifier not in folders %}
            {% do folders.append(source.identifier) %}
        {% endfor %}
    {% endfor %}
    {{ return(folders | sort) }}
{% endmacro %}
