{#
    The tables of a lake: every source that an event relation, spine, view or training table reads, itself or through other models, whatever its schema.
    List of {name, folder, relation, schema, known_at}, by name.

    known_at   the source's column with the known time, as its own meta or the event models over it alone say; none where none does, or where they
               differ: such a table is copied whole by each export
#}
{% macro _get_lake_tables() %}
    {% set roots = [] %}
    {% for kind in ['events', 'spine', 'feature_view', 'derived_view', 'training_set'] %}
        {% for node in truepoint._get_models_of_kind(kind) %}
            {% do roots.extend(truepoint._get_root_sources(node) | reject('in', roots) | list) %}
        {% endfor %}
    {% endfor %}
    {% set tables = [] %}
    {% for id in roots %}
        {% set source = graph.sources[id] %}
        {% do tables.append({
            'name': source.schema ~ '.' ~ source.identifier,
            'folder': modules.re.sub('[^A-Za-z0-9_]', '-', source.schema) ~ '/' ~ modules.re.sub('[^A-Za-z0-9_]', '-', source.identifier),
            'relation': truepoint._get_relation_name(source),
            'schema': source.schema,
            'known_at': truepoint._get_source_known_at(source),
        }) %}
    {% endfor %}
    {{ return(tables | sort(attribute='name')) }}
{% endmacro %}

{# The column of a source with the known time of its rows; none where there is not one. #}
{% macro _get_source_known_at(source) %}
    {% if 'known_at' in truepoint._get_meta(source) %}
        {{ return(truepoint._get_meta(source).known_at) }}
    {% endif %}
    {% set known_times = [] %}
    {% for node in truepoint._get_models_of_kind('events') %}
        {% set events = truepoint._get_events(node) %}
        {# A known time that is no column is a mistake, told where definitions are checked. #}
        {% set is_over_it = events.known_at is string and events.source and events.source.unique_id == source.unique_id %}
        {% if is_over_it and events.source_columns.get(events.known_at, events.known_at) not in known_times %}
            {% do known_times.append(events.source_columns.get(events.known_at, events.known_at)) %}
        {% endif %}
    {% endfor %}
    {{ return(known_times[0] if known_times | length == 1 else none) }}
{% endmacro %}
