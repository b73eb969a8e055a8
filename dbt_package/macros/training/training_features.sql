{#
    The training form of a feature view: linear in events and spine rows, exact with late events in whatever order they came, and a hot key costs
    what its rows cost. Events and spine rows stand on one line of time per key; what a spine row sees is worked out from running sums along it.

    The event that a spine row decides on must not count in it: where it would, it is taken off.

    build   the table that is built, see get_build(); none where the statement is for no table
#}
{% macro _training_features(view, spine_relation, events_relation, build=none) %}
{%- set parts = truepoint._get_parts(view) -%}
{{ truepoint._build_mark(build) }}
-- One row per row of the spine: {{ view.name }} as of its as-of time.
{{ truepoint._training_sources(view, spine_relation, events_relation, build) }},

{{ truepoint._training_events(view, parts) }},

{{ truepoint._training_spine(view, parts) }},
{% for column, part in parts.distincts.items() %}
{{ truepoint._training_distinct(view, column, part) }},
{% endfor %}

{{ truepoint._training_timeline(view, parts) }},

{{ truepoint._training_slices(view, parts) }}

{{ truepoint._training_running(view, parts) }},

{{ truepoint._training_seen(view, parts) }},
{% if parts.ordereds %}
{{ truepoint._training_ordered(view, parts) }},
{% endif %}
features as (
    select
        seen.spine_id,
        seen.as_of
        {%- for key in view.entity %},
        seen.{{ key }}
        {%- endfor %}
        {%- for feature in view.features %},
        {{ truepoint._feature_value(feature, truepoint._get_training_partial(view, parts, feature)) }} as {{ feature.name }}
        {%- endfor %}
    from seen
    {%- for column, part in parts.latests.items() if part.of %}
    left join events as {{ column }}_event
        on
            seen.{{ column }} = {{ column }}_event.event_rank
            {%- for key in view.entity %}
            and seen.{{ key }} = {{ column }}_event.{{ key }}
            {%- endfor %}
            {%- if part.feature.seconds %}
            and {{ column }}_event.event_time > {{ truepoint._window_since('seen.as_of', part.feature) }}
            {%- endif %}
    {%- endfor %}
    {%- if parts.ordereds %}
    left join ordered
        on seen.spine_id = ordered.spine_id
    {%- endif %}
)

{{ truepoint._select_built('features', build) }}
{% endmacro %}

{# SQL of an aggregate's partials over the CTE `seen`. #}
{% macro _get_training_partial(view, parts, feature) %}
    {% set partial = {'as_of': 'seen.as_of'} %}
    {% set columns = parts.by_feature[feature.name] %}
    {% if columns.positions is defined %}
        {{ return(truepoint._get_ordered_partial(partial, columns)) }}
    {% endif %}
    {% for name, column in columns.items() %}
        {% if name == 'latest' %}
            {% set ranked = parts.latests[column].of %}
            {% set since = truepoint._window_since('seen.as_of', feature) %}
            {% set latest = 'case when seen.' ~ column ~ ' > ' ~ since ~ ' then seen.' ~ column ~ ' end' if since else 'seen.' ~ column %}
            {% do partial.update({
                'event_time': column ~ '_event.event_time' if ranked else latest,
                'value': column ~ '_event.' ~ column ~ '_value',
            }) %}
        {% else %}
            {% do partial.update({name: 'seen.' ~ column}) %}
        {% endif %}
    {% endfor %}
    {{ return(partial) }}
{% endmacro %}
