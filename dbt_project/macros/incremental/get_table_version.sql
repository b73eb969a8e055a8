{#
    Digest of all that a table's rows follow from, but history: its own definition, those of all models upstream, and the compiler. Of a view that
    is the SQL which builds all its rows; of another model its code, and that of the project's macros which it calls.

    texts   what get_definition_text() has said of nodes so far, by id; it says more in it
#}
{% macro get_table_version(node, texts={}) %}
    {% set ids = [node.unique_id] %}
    {% for id in ids if id in graph.nodes %}
        {# `ids` grows while it is walked. #}
        {% do ids.extend(graph.nodes[id].depends_on.nodes | reject('in', ids) | list) %}
    {% endfor %}
    {% set parts = [] %}
    {% for id in ids | sort %}
        {% if id not in texts %}
            {% do texts.update({id: get_definition_text(graph.nodes[id]) if id in graph.nodes else graph.sources[id].relation_name}) %}
        {% endif %}
        {% do parts.append(id ~ '\n' ~ texts[id]) %}
    {% endfor %}
    {{ return(local_md5(parts | join('\n'))) }}
{% endmacro %}

{# What a model says of its rows; other models go by name. #}
{% macro get_definition_text(node) %}
    {% if get_meta(node).get('feature_view') is not none %}
        {% set view = get_feature_view(node) %}
        {% do view.update({'hot_key_rows': none}) %}{# which changes no value #}
        {{ return(tidy_statement(training_features(view, get_inputs(node, 'spine')[0].name, view.events.name))) }}
    {% elif get_meta(node).get('derived_view') is not none %}
        {% set view = get_derived_view(node) %}
        {% set inputs = {} %}
        {% for input in view.inputs %}
            {% do inputs.update({input.name: input.name}) %}
        {% endfor %}
        {{ return(tidy_statement(derived_features(view, get_inputs(node, 'spine')[0].name, inputs))) }}
    {% elif 'macro.' ~ project_name ~ '.training_set' in node.depends_on.macros %}
        {{ return(get_training_set_text(node)) }}
    {% endif %}
    {{ return(([node.raw_code or node.checksum.checksum] + get_macro_texts(node.depends_on.macros)) | join('\n')) }}
{% endmacro %}

{# What a training table is a join of: its services' lists, the columns of its inputs, and the macro that joins them. #}
{% macro get_training_set_text(node) %}
    {% set texts = [node.raw_code, context['training_table'].macro.macro_sql] %}
    {% for exposure in graph.exposures.values() if exposure.name in node.raw_code %}
        {% do texts.append(tojson(get_meta(exposure).get('feature_service'))) %}
    {% endfor %}
    {% for id in node.depends_on.nodes if id in graph.nodes %}
        {% do texts.append(tojson(get_column_types(graph.nodes[id]))) %}
    {% endfor %}
    {{ return(texts | join('\n')) }}
{% endmacro %}

{# The code of the project's macros among these, and of those that they call; not of new_rows(), which changes no value. #}
{% macro get_macro_texts(ids) %}
    {% set ids = ids | list %}
    {% set texts = [] %}
    {% for id in ids %}
        {# `ids` grows while it is walked. #}
        {% set name = id.split('.')[-1] %}
        {% if id.split('.')[1] == project_name and name != 'new_rows' and name in context %}
            {% set macro = context[name].macro %}
            {% do texts.append(macro.macro_sql) %}
            {% do ids.extend(macro.depends_on.macros | reject('in', ids) | list) %}
        {% endif %}
    {% endfor %}
    {{ return(texts) }}
{% endmacro %}
