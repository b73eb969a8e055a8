{# The index that a view's scans need, on the table under its event relation; none where that is not one source table. #}
{% macro _get_online_index(view) %}
    {% set events = view.events %}
    {% if not events.source %}
        {{ return(none) }}
    {% endif %}
    {% set keys = [] %}
    {% for key in view.entity + [events.event_time] %}
        {% do keys.append(events.source_columns[key]) %}
    {% endfor %}
    {% set include = [] %}
    {% set used = [events.known_at, events.event_id] %}
    {% for feature in view.features %}
        {% do used.extend([feature.of] if feature.of else []) %}
        {% do used.extend(truepoint._get_names(feature.where) if feature.where else []) %}
    {% endfor %}
    {% for column in used if events.source_columns[column] not in keys + include %}
        {% do include.append(events.source_columns[column]) %}
    {% endfor %}
    {{ return({
        'table': truepoint._get_relation_name(events.source),
        'name': truepoint._get_index_name(events.source.identifier, keys),
        'keys': keys,
        'include': include,
    }) }}
{% endmacro %}

{# What tells two indexes apart: tables of two schemas may have one name. #}
{% macro _get_index_key(index) %}
    {{ return(tojson([index.table, index['keys']])) }}
{% endmacro %}

{#
    A name that fits Postgres' 63 bytes. What does not fit is cut, and told apart by a digest: two names must not become one. In letters beyond
    ASCII, how many bytes there are is not known here.
#}
{% macro _get_index_name(table, keys) %}
    {% set name = ([table] + keys) | join('_') %}
    {% if name.isascii() and name | length <= 56 %}
        {{ return(name ~ '_online') }}
    {% endif %}
    {% set digest = local_md5(([table] + keys) | join('\n'))[:8] %}
    {{ return((name[:47] if name.isascii() else 'events') ~ '_' ~ digest ~ '_online') }}
{% endmacro %}
