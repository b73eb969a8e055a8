{#
    Digest of all that a table's rows follow from, but history: its own definition, those of all models upstream, and the compiler. Of a view that
    is the SQL which builds all its rows; of another model its code, and that of the project's macros which it calls.

    texts   what get_definition_text() has said of nodes so far, by id; it says more in it
#}
{% macro _get_table_version(node, texts={}) %}
    {% set ids = [node.unique_id] %}
    {% for id in ids if id in graph.nodes %}
        {# `ids` grows while it is walked. #}
        {% do ids.extend(graph.nodes[id].depends_on.nodes | reject('in', ids) | list) %}
    {% endfor %}
    {% set parts = [] %}
    {% for id in ids | sort %}
        {% if id not in texts %}
            {% do texts.update({id: truepoint._get_definition_text(graph.nodes[id]) if id in graph.nodes else truepoint._get_relation_name(graph.sources[id])}) %}
        {% endif %}
        {% do parts.append(id ~ '\n' ~ texts[id]) %}
    {% endfor %}
    {{ return(local_md5(parts | join('\n'))) }}
{% endmacro %}

{# What a model says of its rows; other models go by name. #}
{% macro _get_definition_text(node) %}
    {% if truepoint._get_meta(node).get('feature_view') is not none %}
        {% set view = truepoint._get_feature_view(node) %}
        {% do view.update({'hot_key_rows': none}) %}{# which changes no value #}
        {{ return(truepoint._get_text_of_ctes(
            truepoint._get_source_ctes(view, truepoint._get_inputs(node, 'spine')[0].name, view.events.name) + truepoint._get_feature_ctes(view)
        )) }}
    {% elif truepoint._get_meta(node).get('derived_view') is not none %}
        {{ return(truepoint._get_inputs(node, 'spine')[0].name ~ '\n' ~ truepoint._get_text_of_ctes(truepoint._get_derived_ctes(truepoint._get_derived_view(node)))) }}
    {% elif truepoint._get_meta(node).get('training_set') is not none %}
        {{ return(truepoint._get_training_set_text(node)) }}
    {% endif %}
    {{ return(truepoint._get_code_text(node)) }}
{% endmacro %}

{# What a training table is a join of: its service's list, the columns of its inputs, and the macro that joins them. #}
{% macro _get_training_set_text(node) %}
    {% set texts = [node.raw_code, context['truepoint']['_training_table'].macro.macro_sql] %}
    {% set exposure = truepoint._get_exposure(truepoint._get_meta(node).training_set.service) %}
    {% do texts.append(tojson(truepoint._get_meta(exposure).get('feature_service')) if exposure else '') %}
    {% for id in node.depends_on.nodes if id in graph.nodes %}
        {% do texts.append(tojson(truepoint._get_column_types(graph.nodes[id]))) %}
    {% endfor %}
    {{ return(texts | join('\n')) }}
{% endmacro %}
