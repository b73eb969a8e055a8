{#
    Post-hook: writes what the definitions say of a table's columns into the database, so that dbt's docs and psql show it. The training table's
    features are described in their views, and its keys in the spine: nothing is said twice in YAML.
#}
{% macro _describe_columns() %}
    {% if execute %}
        {{ return(adapter.dispatch('_describe_columns', 'truepoint')(truepoint._get_column_descriptions(graph.nodes[model.unique_id]))) }}
    {% endif %}
{% endmacro %}

{# Tables of files: only their own definition could say it, which dbt writes. #}
{% macro spark___describe_columns(descriptions) %}
    {{ return('') }}
{% endmacro %}

{% macro postgres___describe_columns(descriptions) %}
    {% set statements = [] %}
    {% for column, description in descriptions.items() %}
        {% do statements.append('comment on column ' ~ this ~ '.' ~ adapter.quote(column) ~ ' is ' ~ truepoint._render_literal(description | trim)) %}
    {% endfor %}
    {{ return(statements | join(';\n')) }}
{% endmacro %}

{# Column -> description: a table's own, and those of the spine and of the features that it takes over. #}
{% macro _get_column_descriptions(node) %}
    {% set descriptions = {
        'table_version': 'Digest of all that the table was built from, but history.',
        'table_epoch': 'Epoch of the history that the table was built from.',
    } %}
    {% set inputs = truepoint._get_inputs(node, 'spine') + [node] %}
    {% set is_view = truepoint._get_meta(node).get('feature_view') is not none or truepoint._get_meta(node).get('derived_view') is not none %}
    {% if not is_view %}
        {% set inputs = truepoint._get_inputs(node, 'feature_view') + truepoint._get_inputs(node, 'derived_view') + inputs %}
    {% endif %}
    {% set has = adapter.get_columns_in_relation(this) | map(attribute='name') | list %}
    {% for input in inputs %}
        {% for column in input.columns.values() if column.name in has and column.description %}
            {% do descriptions.update({column.name: column.description}) %}
        {% endfor %}
    {% endfor %}
    {% set described = {} %}
    {% for column, description in descriptions.items() if column in has %}
        {% do described.update({column: description}) %}
    {% endfor %}
    {{ return(described) }}
{% endmacro %}
