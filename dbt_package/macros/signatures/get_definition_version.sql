{#
    Digest of all that a service's values depend on: the text of its statement, and so the compiler that made it; and the code of all models between the
    sources and the event relations. Relations go by their model's name, so that the same definitions have the same version in every database.
#}
{% macro _get_definition_version(service) %}
    {% set texts = [truepoint._get_online_text(service)] %}
    {% for view in service.views %}
        {% do texts.insert(0, texts.pop(0).replace(view.events.relation | string, view.events.name)) %}
    {% endfor %}
    {% set upstream = {} %}
    {% for view in service.views %}
        {% do upstream.update({view.events.name: truepoint._get_upstream_text(view.events.node)}) %}
    {% endfor %}
    {{ return(local_md5((texts + (upstream.values() | list)) | join('\n'))) }}
{% endmacro %}

{# The online statement of a service. It is rendered once in a run, for who runs it and for the version. #}
{% macro _get_online_text(service) %}
    {% set rendered = graph.setdefault('truepoint_online_texts', {}) %}
    {% if service.name not in rendered %}
        {% do rendered.update({service.name: truepoint._tidy_statement(truepoint._online_features(service, truepoint._request_arrays(service)))}) %}
    {% endif %}
    {{ return(rendered[service.name]) }}
{% endmacro %}
