{#
    Stops, before a row is built, where the relations that a model reads do not have the columns that are declared, of the types that are declared:
    a time without zone that is declared timestamptz would be read in the session's zone, and a decimal declared bigint rounded.

    nodes   the models whose columns are looked at
#}
{% macro _check_columns(nodes) %}
    {% if truepoint._may_ask_database() %}
        {% set faults = [] %}
        {% set files = [] %}
        {% for node in nodes %}
            {% set own_faults = truepoint._get_column_faults(node) %}
            {% do faults.extend(own_faults) %}
            {% do files.extend([truepoint._get_file(node)] if own_faults else []) %}
        {% endfor %}
        {% if faults %}
            {% do exceptions.raise_compiler_error(
                'What is declared is not what the database has: ' ~ (faults | join('; '))
                ~ ". Nothing was built (allowed: the declared type; let the model cast, as in occurred_at at time zone 'UTC' as occurred_at, or declare the type that it is, in "
                ~ (files | unique | join(', ')) ~ ')'
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# The models that a model reads as they lie in the database: its event relations and spine; of a training table, its labels too. #}
{% macro _get_inputs_to_check(node) %}
    {% set inputs = [] %}
    {% for id in node.depends_on.nodes if id in graph.nodes %}
        {% set meta = truepoint._get_meta(graph.nodes[id]) %}
        {% set is_view = meta.get('feature_view') is not none or meta.get('derived_view') is not none %}
        {% if meta.get('events') is not none or meta.get('spine') is not none or truepoint._get_meta(node).get('training_set') is not none and not is_view %}
            {% do inputs.append(graph.nodes[id]) %}
        {% endif %}
    {% endfor %}
    {{ return(inputs) }}
{% endmacro %}

{# What is wrong with a model's columns, as a list of texts. A declared type that the compiler does not know says nothing. #}
{% macro _get_column_faults(node) %}
    {% set faults = [] %}
    {% set found = truepoint._get_catalogue_columns(node) %}
    {% if not found %}
        {{ return([node.name ~ ' is not there (dbt run --select ' ~ node.name ~ ')']) }}
    {% endif %}
    {% set loose = truepoint._get_loose_collations(node) %}
    {% for name, declared in truepoint._get_declared_types(node).items() if truepoint._get_value_type(declared) in truepoint._get_value_types() %}
        {% set column = found.get(name) %}
        {% if not column %}
            {% do faults.append(node.name ~ '.' ~ name ~ ' is declared ' ~ declared ~ ' and is not there') %}
        {% elif not truepoint._get_catalogue_names(declared) | select('in', column) | list %}
            {% do faults.append(node.name ~ '.' ~ name ~ ' is declared ' ~ declared ~ ' and is ' ~ column[0]) %}
        {% elif name in loose %}
            {% do faults.append(
                node.name ~ '.' ~ name ~ ' has the collation ' ~ loose[name] ~ ', which takes different texts for equal (let the model write ' ~ name
                ~ ' collate "C" as ' ~ name ~ ')'
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}

{# Column name -> its collation, of those that take different texts for equal, as where case is nothing: text goes by its bytes. #}
{% macro _get_loose_collations(node) %}
    {{ return(adapter.dispatch('_get_loose_collations', 'truepoint')(node)) }}
{% endmacro %}

{# A lake holds texts without one. #}
{% macro spark___get_loose_collations(node) %}
    {{ return({}) }}
{% endmacro %}

{% macro postgres___get_loose_collations(node) %}
    {% set query %}
        select columns.attname::text as name, collations.collname::text as collation
        from pg_catalog.pg_attribute as columns
        inner join pg_catalog.pg_collation as collations
            on collations.oid = columns.attcollation and not collations.collisdeterministic
        where
            columns.attrelid = to_regclass({{ dbt.string_literal(truepoint._get_relation_name(node)) }})
            and columns.attnum > 0
            and not columns.attisdropped
    {% endset %}
    {% set loose = {} %}
    {% for row in run_query(query).rows %}
        {% do loose.update({row['name']: row['collation']}) %}
    {% endfor %}
    {{ return(loose) }}
{% endmacro %}

{# Column name -> names of its type: as the engine shows it, with its precision, and alone; of a domain the latter two are those of its base type. #}
{% macro _get_catalogue_columns(node) %}
    {{ return(adapter.dispatch('_get_catalogue_columns', 'truepoint')(node)) }}
{% endmacro %}

{% macro default___get_catalogue_columns(node) %}
    {% set columns = {} %}
    {% for column in adapter.get_columns_in_relation(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) %}
        {% do columns.update({column.name: [column.dtype, column.dtype.split('(')[0]]}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{% macro postgres___get_catalogue_columns(node) %}
    {% set query %}
        with recursive columns as (
            select attname::text as name, format_type(atttypid, atttypmod) as shown, atttypid as type, atttypmod as modifier
            from pg_catalog.pg_attribute
            where
                attrelid = to_regclass({{ dbt.string_literal(truepoint._get_relation_name(node)) }})
                and attnum > 0
                and not attisdropped
            union all
            select columns.name, columns.shown, domains.typbasetype, domains.typtypmod
            from columns
            inner join pg_catalog.pg_type as domains
                on domains.oid = columns.type and domains.typtype = 'd'
        )
        select
            columns.name,
            columns.shown,
            format_type(columns.type, columns.modifier),
            case when types.typtype = 'e' then 'enum' else format_type(columns.type, null) end
        from columns
        inner join pg_catalog.pg_type as types
            on types.oid = columns.type
        where types.typtype <> 'd'
    {% endset %}
    {% set columns = {} %}
    {% for row in run_query(query).rows %}
        {% do columns.update({row[0]: [row[1], row[2], row[3]]}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
