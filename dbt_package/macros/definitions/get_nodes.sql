{# Readers of dbt's graph. They work when macros execute, not while dbt parses. #}

{# A model by name, as ref() finds it: of the project that is run, else of a package; none where there is none. #}
{% macro _get_model(name) %}
    {% if 'model.' ~ project_name ~ '.' ~ name in graph.nodes %}
        {{ return(graph.nodes['model.' ~ project_name ~ '.' ~ name]) }}
    {% endif %}
    {{ return(graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | selectattr('name', 'equalto', name) | first | default(none)) }}
{% endmacro %}

{# An exposure by name; none where there is none. #}
{% macro _get_exposure(name) %}
    {% if 'exposure.' ~ project_name ~ '.' ~ name in graph.exposures %}
        {{ return(graph.exposures['exposure.' ~ project_name ~ '.' ~ name]) }}
    {% endif %}
    {{ return(graph.exposures.values() | selectattr('name', 'equalto', name) | first | default(none)) }}
{% endmacro %}

{# config.meta of a node, column or exposure, wherever dbt keeps it; {} where there is none. #}
{% macro _get_meta(node) %}
    {{ return((node.get('config') or {}).get('meta') or node.get('meta') or {}) }}
{% endmacro %}

{# A relation's name in statements: schema and name. Without the database, so that what is compiled for one runs in another. #}
{% macro _get_relation_name(node) %}
    {{ return(modules.re.findall('"(?:[^"]|"")+"|`[^`]+`|[^."`]+', node.relation_name)[-2:] | join('.')) }}
{% endmacro %}

{# The model that is rendered, as the graph has it; in a unit test of dbt, the model under test. #}
{% macro _get_own_node() %}
    {{ return(graph.nodes[model.get('tested_node_unique_id') or model.unique_id]) }}
{% endmacro %}

{# Whether a unit test of dbt is rendered: its inputs are rows of its own, and no relation of the database. #}
{% macro _is_unit_test() %}
    {{ return(model.resource_type == 'unit_test') }}
{% endmacro %}

{#
    dbt gives a unit test an empty graph. So the run's own is kept where each node of the run comes by, beside the vars, and taken from there.
#}
{% macro _keep_graph() %}
    {% do adapter.config.vars.to_dict().update({'_graph_of_truepoint': [graph]}) %}
{% endmacro %}

{% macro _take_kept_graph() %}
    {% set kept = adapter.config.vars.to_dict().get('_graph_of_truepoint') %}
    {% if not kept %}
        {% do exceptions.raise_compiler_error('A unit test of ' ~ model.name ~ ' needs the hooks of truepoint, which on-run-start runs (allowed: dbt test or dbt build)') %}
    {% endif %}
    {% do graph.update(kept[0]) %}
{% endmacro %}

{# The file a definition stands in. #}
{% macro _get_file(node) %}
    {{ return((node.get('patch_path') or node.original_file_path).split('://')[-1]) }}
{% endmacro %}

{# Column name -> type of its values, in the YAML's order; none where no type is given. #}
{% macro _get_column_types(node) %}
    {% set types = {} %}
    {% for column in node.columns.values() %}
        {% do types.update({column.name: truepoint._get_value_type(column.data_type)}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}

{# Column name -> type as it is declared, such as varchar(20); none where no type is given. #}
{% macro _get_declared_types(node) %}
    {% set types = {} %}
    {% for column in node.columns.values() %}
        {% do types.update({column.name: truepoint._get_declared_type(column.data_type)}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}

{# The models that a model refers to, by the key they carry in their meta: events, spine, feature_view, derived_view or training_set. #}
{% macro _get_inputs(node, kind) %}
    {% set inputs = [] %}
    {% for id in node.depends_on.nodes if id in graph.nodes and truepoint._get_meta(graph.nodes[id]).get(kind) is not none %}
        {% do inputs.append(graph.nodes[id]) %}
    {% endfor %}
    {{ return(inputs) }}
{% endmacro %}

{# Models that carry a key in their meta, by name. #}
{% macro _get_models_of_kind(kind) %}
    {% set nodes = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and truepoint._get_meta(node).get(kind) is not none %}
        {% do nodes.append(node) %}
    {% endfor %}
    {{ return(nodes | sort(attribute='name')) }}
{% endmacro %}
