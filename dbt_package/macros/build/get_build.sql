{#
    How the model at hand is built in this run: {relation, version, epoch, is_increment}.

    An increment adds the rows that the table does not have yet. That is right only if the rows it has would come out the same today, so the table
    says what it was built from, in two columns of each row: `table_version`, a digest of its definition, and `table_epoch`, the epoch of the history.
    Where one of them differs, or the table is not there, or empty, or --full-refresh is given, all rows are built.

    Commands that do not build need no database, and show how all rows are built. A unit test of dbt has its own rows, and all of them are built.
#}
{% macro _get_build() %}
    {% set texts = {} %}
    {% set build = {
        'relation': this,
        'version': truepoint._get_table_version(truepoint._get_own_node(), texts),
        'epoch': 0,
        'is_increment': false,
    } %}
    {% if truepoint._may_ask_database() and not truepoint._is_unit_test() %}
        {% do truepoint._check_columns(truepoint._get_inputs_to_check(truepoint._get_own_node())) %}
        {% do truepoint._check_histories_of(truepoint._get_own_node()) %}
        {# Read once, and before the rows: if history changes in between, the rows carry the older epoch, and the next run builds them again. #}
        {% do build.update({'epoch': truepoint._get_epoch()}) %}
        {% do build.update({'is_increment': not dbt.should_full_refresh() and truepoint._get_built(this) == [build.version, build.epoch]}) %}
        {% if not build.is_increment and config.get('full_refresh') is sameas false and load_relation(this) is not none %}
            {% do exceptions.raise_compiler_error(
                model.name ~ ' must be built anew, since its definition or the history has changed, and its config full_refresh: false forbids that'
                ~ ' (allowed: take full_refresh: false away for this run, or undo the change)'
            ) %}
        {% endif %}
        {% do truepoint._check_upstream(build, texts) %}
    {% endif %}
    {{ return(build) }}
{% endmacro %}

{#
    Stops where a table upstream is still built from other definitions or another epoch, as when models are run one by one: what is built over it now
    would not be built again.
#}
{% macro _check_upstream(build, texts) %}
    {% for id in truepoint._get_own_node().depends_on.nodes if id in graph.nodes and truepoint._is_versioned(graph.nodes[id]) %}
        {% set node = graph.nodes[id] %}
        {% set version = truepoint._get_table_version(node, texts) %}
        {% set built = truepoint._get_built(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) %}
        {% if built is not none and built != [version, build.epoch] %}
            {% do exceptions.raise_compiler_error(
                node.name ~ ' is out of date: ' ~ ('its definition' if built[0] != version else 'the history')
                ~ ' has changed since it was built. Build what ' ~ model.name ~ ' needs too: dbt run --select +' ~ model.name
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# [version, epoch] of the rows that a table has; none where there is no such table, or it is empty. One row speaks for all: see is_unchanged(). #}
{% macro _get_built(relation) %}
    {% set table = adapter.get_relation(relation.database, relation.schema, relation.identifier) %}
    {% if table is none or table.type != 'table' %}
        {{ return(none) }}
    {% endif %}
    {% set columns = adapter.get_columns_in_relation(table) | map(attribute='name') | list %}
    {% if 'table_version' not in columns or 'table_epoch' not in columns %}
        {{ return(none) }}
    {% endif %}
    {% set rows = run_query('select table_version, table_epoch from ' ~ table ~ ' limit 1').rows %}
    {{ return([rows[0][0], rows[0][1] | int] if rows | length else none) }}
{% endmacro %}
