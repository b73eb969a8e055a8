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
        'name': (events.source.identifier ~ '_' ~ (keys | join('_')))[:56] ~ '_online',
        'keys': keys,
        'include': include,
    }) }}
{% endmacro %}

{% macro _online_index(index) %}
    {{ return(
        'create index concurrently if not exists ' ~ index.name ~ ' on ' ~ index.table
        ~ ' (' ~ (index['keys'] | join(', ')) ~ ') include (' ~ (index.include | join(', ')) ~ ')'
    ) }}
{% endmacro %}
