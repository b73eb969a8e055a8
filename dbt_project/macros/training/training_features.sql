{#
    The training form of a feature view: linear in events and spine rows, exact with late events in whatever order they came, and a hot key costs
    what its rows cost. Two plans share one line of time per key.

    By changes: every event adds its part when it becomes visible and takes it away when it leaves the window; the running sum is the feature.
    By frames, where the engine can (is_framed): a window frame over the event times. It is quicker, and right only for events that nobody asked
    about before they were known; the others are left to the changes, and the two sums are added.

    The event that a spine row decides on must not count in it. Where it would, its part is taken out just before the row and put back just after.

    build   the table that is built, see get_build(); none where the statement is for no table
#}
{% macro training_features(view, spine_relation, events_relation, build=none) %}
{%- set parts = get_parts(view) -%}
{%- set split = split_parts(parts) -%}
{%- set orders = {} -%}
{%- set late_orders = {} -%}
{%- for column, part in parts.latests.items() -%}
    {%- do orders.update({column: latest_order('events.', column, part)}) -%}
    {%- do late_orders.update({column: 'late_events.' ~ column}) -%}
{%- endfor -%}
{{ build_mark(build) }}
-- One row per row of the spine: {{ view.name }} as of its as-of time.
{{ training_sources(view, spine_relation, events_relation, build) }},

{{ training_events(view, parts) }},

{{ training_spine(view, parts) }},
{% for column, part in parts.distincts.items() %}
{{ training_distinct(view, column, part) }},
{% endfor %}
{%- if split.framed.sums %}
{{ training_stream(view, parts, split.framed) }},

{{ training_changes(view, 'late_changes', 'late_events', split.framed, parts.contributions, late_orders) }},
{% endif %}
{%- if split.changed.sums or split.changed.latests %}
{{ training_changes(view, 'changes', 'events', split.changed, parts.contributions, orders) }},
{% endif %}
{%- if view.decides and parts.sums %}
{{ training_own_events(view, parts, split) }},
{% endif %}
{{ training_timeline(view, parts, split) }},

{{ training_running(view, parts, split.framed) }},

{{ training_seen(view, parts, split.framed) }},
{% if parts.ordereds %}
{{ training_ordered(view, parts) }},
{% endif %}
features as (
    select
        seen.spine_id,
        seen.as_of
        {%- for key in view.entity %},
        seen.{{ key }}
        {%- endfor %}
        {%- for feature in view.features %},
        {{ feature_value(feature, get_training_partial(view, parts, feature)) }} as {{ feature.name }}
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
            and {{ column }}_event.event_time > {{ window_since('seen.as_of', part.feature) }}
            {%- endif %}
    {%- endfor %}
    {%- if parts.ordereds %}
    left join ordered
        on seen.spine_id = ordered.spine_id
    {%- endif %}
)

{{ select_built('features', build) }}
{% endmacro %}

{# SQL of an aggregate's partials over the CTE `seen`. #}
{% macro get_training_partial(view, parts, feature) %}
    {% set partial = {'as_of': 'seen.as_of'} %}
    {% set columns = parts.by_feature[feature.name] %}
    {% if columns.positions is defined %}
        {{ return(get_ordered_partial(partial, columns)) }}
    {% endif %}
    {% for name, column in columns.items() %}
        {% if name == 'latest' %}
            {% set ranked = parts.latests[column].of %}
            {% set since = window_since('seen.as_of', feature) %}
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
