{# Whether a model reads anything of which no history is kept, itself or through models that are no tables of ours. #}
{% macro _reads_beyond_events(node) %}
    {% set models = [node] %}
    {% for model in models %}
        {# `models` grows while it is walked. A model that names no input reads what we cannot know. #}
        {% if not model.depends_on.nodes %}
            {{ return(true) }}
        {% endif %}
        {% for id in model.depends_on.nodes %}
            {% if id not in graph.nodes or graph.nodes[id].resource_type != 'model' %}
                {{ return(true) }}
            {% elif truepoint._get_meta(graph.nodes[id]).get('events') is none and not truepoint._is_versioned(graph.nodes[id]) and graph.nodes[id] not in models %}
                {% do models.append(graph.nodes[id]) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}
