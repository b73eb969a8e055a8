{#
    The training form of a feature view, by changes. Every event adds its part when it becomes visible and takes it away when it leaves the
    window; a running sum per key, over changes and spine rows in order of time, is the feature. Linear in events and spine rows; exact with
    late events, in whatever order they came; a hot key costs what its rows cost.

    The event that a spine row decides on must not count in it. Where it would, its part is carried beside the spine row and taken off at the end.
#}
{% macro training_features(view, spine_relation, events_relation) %}
{%- set parts = get_parts(view) -%}
{%- set columns = get_timeline_columns(view, parts) -%}
-- One row per row of the spine: {{ view.name }} as of its as-of time.
with spine_rows as (
    select * from {{ spine_relation }}
),

source_events as (
    select * from {{ events_relation }}
),

{{ training_events(view, parts) }},

{{ training_spine(view, parts) }},
{% for column, part in parts.distincts.items() %}
{{ training_distinct(view, column, part) }},
{% endfor %}
{%- if parts.sums or parts.latests %}
{{ training_changes(view, parts) }},
{% endif %}
-- Changes and spine rows on one line of time; at the same instant, changes come first.
timeline as (
    {%- if parts.sums or parts.latests %}
{{ timeline_branch('changes', columns, view.entity + ['happens_at'] + (parts.sums | list) + (parts.latests | list)) }}
    union all
    {%- endif %}
    {%- for column in parts.distincts %}
{{ timeline_branch(column ~ '_changes', columns, view.entity + ['happens_at', column]) }}
    union all
    {%- endfor %}
{{ timeline_branch('spine', columns, view.entity + ['happens_at', 'spine_id'] + (get_own_columns(view, parts) | list)) }}
),

{{ training_running(view, parts) }},

{{ training_seen(view, parts) }},

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
)

select * from features
{% endmacro %}

{# SQL of an aggregate's partials over the CTE `seen`. #}
{% macro get_training_partial(view, parts, feature) %}
    {% set partial = {'as_of': 'seen.as_of'} %}
    {% for name, column in parts.by_feature[feature.name].items() %}
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
