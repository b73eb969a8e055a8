{#
    Before a run: a view over each source's folder (of a table without a known time, over its copy of the latest export), and `exports`, which says up to when the lake is settled. Views, so that each run sees the files
    that are there. The latest export is looked up once, and the views hold its time as a literal: files of an export that is under way, or
    was broken off, are not seen, and all models of a run see the same rows, even if another export ends meanwhile.
#}
{% macro _create_lake_views() %}
    {% if execute and truepoint._get_lake() %}
        {% set exports = 'parquet.`' ~ truepoint._get_lake() ~ '/exports`' %}
        {% set latest = run_query('select generation, cast(unix_micros(settled_at) as string) from ' ~ exports ~ ' order by generation desc, settled_at desc limit 1').rows[0] %}
        {% set settled = 'timestamp_micros(' ~ latest[1] ~ ')' %}
        {% do run_query('create schema if not exists ' ~ truepoint._get_lake_schema()) %}
        {% do run_query(
            'create or replace view ' ~ truepoint._get_lake_schema() ~ '.exports as select * from ' ~ exports
            ~ ' where generation = ' ~ latest[0] ~ ' and settled_at <= ' ~ settled
        ) %}
        {% set folder = truepoint._get_lake() ~ '/generation-' ~ latest[0] ~ '/' %}
        {% set copied_at = (modules.datetime.datetime(1970, 1, 1) + modules.datetime.timedelta(microseconds=latest[1] | int)).strftime('%Y%m%dT%H%M%S%fZ') %}
        {% set schemas = [] %}
        {% for table in truepoint._get_lake_tables() %}
            {% if table.schema not in schemas %}
                {% do schemas.append(table.schema) %}
                {% do run_query('create schema if not exists ' ~ adapter.quote(table.schema)) %}
            {% endif %}
            {% do run_query(
                'create or replace view ' ~ table.relation ~ ' as select * from parquet.`' ~ folder ~ table.folder
                ~ ('` where ' ~ adapter.quote(table.known_at) ~ ' <= ' ~ settled if table.known_at else '/at-' ~ copied_at ~ '`')
            ) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
