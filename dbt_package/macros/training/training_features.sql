{#
    The training form of a feature view: linear in events and spine rows, exact with late events in whatever order they came, and a hot key costs
    what its rows cost. Events and spine rows stand on one line of time per key; what a spine row sees is worked out from running sums along it.

    The event that a spine row decides on must not count in it: where it would, it is taken off.

    build   the table that is built, see get_build(); none where the statement is for no table
#}
{% macro _training_features(view, spine_relation, events_relation, build=none) %}
{{ return(truepoint._feature_statement(view.name, truepoint._get_source_ctes(view, spine_relation, events_relation, build), truepoint._get_feature_ctes(view), build)) }}
{% endmacro %}

{# A view's statement: where its rows come from, then what is worked out of them. #}
{% macro _feature_statement(name, source_ctes, ctes, build=none) %}
    {{ return(
        truepoint._build_mark(build)
        ~ '-- One row per row of the spine: ' ~ name ~ ' as of its as-of time.\n'
        ~ truepoint._statement(source_ctes + ctes, truepoint._select_built('features', build))
    ) }}
{% endmacro %}

{#
    What is worked out of `spine_rows` and `source_events`, up to `features`: list of CTEs. It is rendered once in a run: the digest of a table, and
    those of all tables over it, are taken of the same text that builds it.
#}
{% macro _get_feature_ctes(view) %}
    {% set rendered = graph.setdefault('truepoint_feature_ctes', {}) %}
    {% set key = view.name ~ ' ' ~ view.hot_key_rows %}
    {% if key not in rendered %}
        {% do rendered.update({key: truepoint._render_feature_ctes(view)}) %}
    {% endif %}
    {{ return(rendered[key]) }}
{% endmacro %}

{% macro _render_feature_ctes(view) %}
{% set parts = truepoint._get_parts(view) %}
{% set ctes = [] %}
{% set row = {'relation': 'seen', 'as_of': 'seen.as_of'} if parts.sums or parts.distincts or parts.latests else {'relation': 'spine', 'as_of': 'spine.happens_at'} %}
{% do truepoint._add_events(ctes, view, parts) %}
{% do truepoint._add_spine(ctes, view, parts) %}
{% if row.relation == 'seen' %}
    {% for column, part in parts.distincts.items() %}
        {% do truepoint._add_distinct(ctes, view, column, part) %}
    {% endfor %}
    {% do truepoint._add_timeline(ctes, view, parts) %}
    {% do truepoint._add_slices(ctes, view, parts) %}
    {% do truepoint._add_running(ctes, view, parts) %}
    {% do truepoint._add_seen(ctes, view, parts) %}
{% endif %}
{% if parts.ordereds %}
    {% do truepoint._add_ordered(ctes, view, parts) %}
{% endif %}

{% call truepoint._add_cte(ctes, 'features', 'The features, over what each spine row sees.') %}
select
    {{ row.relation }}.spine_id,
    {{ row.as_of if row.relation == 'seen' else row.as_of ~ ' as as_of' }}
    {%- for key in view.entity %},
    {{ row.relation }}.{{ key }}
    {%- endfor %}
    {%- for feature in view.features %},
    {{ truepoint._feature_value(feature, truepoint._get_training_partial(view, parts, feature, row.as_of)) }} as {{ feature.name }}
    {%- endfor %}
from {{ row.relation }}
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
    on {{ row.relation }}.spine_id = ordered.spine_id
{%- endif %}
{% endcall %}
{{ return(ctes) }}
{% endmacro %}

{# SQL of an aggregate's partials over the CTE `seen`. #}
{% macro _get_training_partial(view, parts, feature, as_of) %}
    {% set partial = {'as_of': as_of} %}
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
