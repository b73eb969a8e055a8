{# Every feature of the project: name -> {view, node, kind, type}. Only for definitions that passed check_definitions(), and made once a run. #}
{% macro _get_feature_index() %}
    {% if 'truepoint_feature_index' in graph %}
        {{ return(graph['truepoint_feature_index']) }}
    {% endif %}
    {% set index = {} %}
    {% for node in truepoint._get_models_of_kind('feature_view') %}
        {% for feature in truepoint._get_feature_view(node).features %}
            {% do index.update({feature.name: {'view': node.name, 'node': node, 'kind': 'feature_view', 'type': feature.type}}) %}
        {% endfor %}
    {% endfor %}
    {% for node in truepoint._get_models_of_kind('derived_view') %}
        {% for feature in truepoint._get_derived_view(node).features %}
            {% do index.update({feature.name: {'view': node.name, 'node': node, 'kind': 'derived_view', 'type': feature.type}}) %}
        {% endfor %}
    {% endfor %}
    {% do graph.update({'truepoint_feature_index': index}) %}
    {{ return(index) }}
{% endmacro %}
