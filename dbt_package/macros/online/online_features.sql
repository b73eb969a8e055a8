{#
    The online form of a service: for each request row, one pass over the events of each view's key, by index.

    request_rows   a select that gives ord, the entities, the request fields, event_id and as_of
    row_key        the column of request_rows that names a row in the result
    events_of      relation of a view's events, by event relation name; where none, the model's own. A test puts a filtered one here.
#}
{% macro _online_features(service, request_rows, events_of={}, row_key='ord') %}
{%- set views = [] -%}
{%- for view in service.views -%}
    {%- do views.append({'view': view, 'parts': truepoint._get_parts(view, 'event.')}) -%}
{%- endfor -%}
{%- set bounds = truepoint._get_bounds(views) -%}
-- One row per request row, in the order of the requests: the features of {{ service.name }}.
with asked as (
    {{ request_rows }}
),

-- With the bounds of every window; worked out once per row, not per event.
request as{{ truepoint._materialized_cte() }} (
    select
        asked.*
        {%- for name, bound in bounds.items() %},
        {{ bound }} as {{ name }}
        {%- endfor %}
    from asked
),

answers as (
    select
        request.*
        {%- for item in views %},
        {{ item.view.name }}.*
        {%- endfor %}
    from request
    {%- for item in views %}
    cross join lateral (
{{ truepoint._online_view(item.view, item.parts, events_of.get(item.view.events.name, item.view.events.relation)) | indent(8, true) }}
    ) as {{ item.view.name }}
    {%- endfor %}
),

{{ truepoint._derived_levels(service.derived, service.types, 'answers') }}

features as (
    select
        {{ row_key }},
        as_of,
        {{ truepoint._statement_time() }} as answered_at
        {%- for item in views %},
        found__{{ item.view.name }}
        {%- endfor %}
        {%- for name in service.features %},
        {{ name }}
        {%- endfor %}
    from {{ 'derived_' ~ (service.derived | length) if service.derived else 'answers' }}
)

select * from features
order by {{ row_key }}
{% endmacro %}

{# Bounds of the windows in use: column of `request` -> SQL. #}
{% macro _get_bounds(views) %}
    {% set bounds = {} %}
    {% for item in views %}
        {% for feature in item.view.features %}
            {% if feature.seconds %}
                {% do bounds.update({truepoint._get_since_name(feature): truepoint._window_since('asked.as_of', feature)}) %}
            {% endif %}
            {% if feature.offset_seconds %}
                {% do bounds.update({truepoint._get_until_name(feature): truepoint._window_until('asked.as_of', feature)}) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(bounds) }}
{% endmacro %}

{% macro _get_since_name(feature) %}
    {{ return('since_' ~ feature.window ~ ('_delayed_' ~ feature.offset if feature.offset_seconds else '')) }}
{% endmacro %}

{% macro _get_until_name(feature) %}
    {{ return('until_' ~ feature.offset ~ '_ago' if feature.offset_seconds else 'as_of') }}
{% endmacro %}

{% macro _materialized_cte() %}
    {{ return(adapter.dispatch('_materialized_cte', 'truepoint')()) }}
{% endmacro %}

{% macro default___materialized_cte() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres___materialized_cte() %}
    {{ return(' materialized') }}
{% endmacro %}
