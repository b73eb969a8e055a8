{# Readers of dbt's graph. They work when macros execute, not while dbt parses. #}

{# A model of this project by name; none where there is none. #}
{% macro get_model(name) %}
    {{ return(graph.nodes.get('model.' ~ project_name ~ '.' ~ name)) }}
{% endmacro %}

{# config.meta of a node, column or exposure, wherever dbt keeps it; {} where there is none. #}
{% macro get_meta(node) %}
    {{ return((node.get('config') or {}).get('meta') or node.get('meta') or {}) }}
{% endmacro %}

{# The file a definition stands in. #}
{% macro get_file(node) %}
    {{ return((node.get('patch_path') or node.original_file_path).split('://')[-1]) }}
{% endmacro %}

{# Column name -> data type, in the YAML's order; types in lower case, none where not given. #}
{% macro get_column_types(node) %}
    {% set types = {} %}
    {% for column in node.columns.values() %}
        {% do types.update({column.name: column.data_type | lower if column.data_type else none}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}

{# The models that a model refers to, by the key they carry in their meta: events, spine, feature_view or derived_view. #}
{% macro get_inputs(node, kind) %}
    {% set inputs = [] %}
    {% for id in node.depends_on.nodes if id in graph.nodes and get_meta(graph.nodes[id]).get(kind) is not none %}
        {% do inputs.append(graph.nodes[id]) %}
    {% endfor %}
    {{ return(inputs) }}
{% endmacro %}

{# Models of this project that carry a key in their meta, by name. #}
{% macro get_models_of_kind(kind) %}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and get_meta(node).get(kind) is not none %}
        {% do nodes.append(node) %}
    {% endfor %}
    {{ return(nodes | sort(attribute='name')) }}
{% endmacro %}
