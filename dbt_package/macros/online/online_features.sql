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
{%- set ctes = [] -%}

{% call truepoint._add_cte(ctes, 'asked', 'The request rows.') %}
{{ request_rows }}
{% endcall %}

{% call truepoint._add_cte(ctes, 'request', 'With the bounds of every window; worked out once per row, not per event.', computed='once') %}
select
    asked.*
    {%- for name, bound in truepoint._get_bounds(views).items() %},
    {{ bound }} as {{ name }}
    {%- endfor %}
from asked
{% endcall %}

{% call truepoint._add_cte(ctes, 'answers', 'The features of each view, for each request row.') %}
select
    request.*
    {%- for item in views %},
    {{ item.view.name }}.*
    {%- endfor %}
from request
{%- for item in views %}
-- {{ item.view.name }}: {{ truepoint._count_features(item.view.features) }} over {{ item.view.events.name }}, by {{ item.view.entity | join(', ') }}.
cross join lateral (
    {{ truepoint._online_view(item.view, item.parts, events_of.get(item.view.events.name, item.view.events.relation)) | indent(4) }}
) as {{ item.view.name }}
{%- endfor %}
{% endcall %}

{%- do truepoint._add_derived_levels(ctes, service.derived, service.types, 'answers') -%}

{% call truepoint._add_cte(ctes, 'features', 'The features of ' ~ service.name ~ ', in the order of the service; found__* says whether a view knows the key.') %}
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
from {{ ctes[-1].name }}
{% endcall %}

{{ return('-- One row per request row, in the order of the requests.\n' ~ truepoint._statement(ctes, 'select * from features\norder by ' ~ row_key)) }}
{% endmacro %}

{% macro _count_features(features) %}
    {{ return(features | length ~ ' feature' ~ ('s' if features | length != 1 else '')) }}
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
