{#
    Digest of all that a service's values depend on: the text of its statement, and so the compiler that made it; and the code of all models between the
    sources and the event relations. Relations go by their model's name, so that the same definitions have the same version in every database.
#}
{% macro _get_definition_version(service) %}
    {% set names = {} %}
    {% set upstream = {} %}
    {% for view in service.views %}
        {% do names.update({view.events.name: view.events.name}) %}
        {% do upstream.update({view.events.name: truepoint._get_upstream_text(view.events.node)}) %}
    {% endfor %}
    {% set statement = truepoint._online_features(service, truepoint._request_arrays(service), names) %}
    {{ return(local_md5(([statement] + (upstream.values() | list)) | join('\n'))) }}
{% endmacro %}
