{#
    What an ordered feature takes, for one request row. The first or last k by their order, of which the engine keeps no more than k; or all, as an
    array, where a place depends on how many there are.
#}
{% macro _online_ordered(view, part, columns, is_array, relation) %}
{%- set time = 'event.' ~ view.events.event_time -%}
{%- set value = part.of or time -%}
{%- set order = {
    'value': [value],
    'event': truepoint._get_event_order(view, 'event.'),
    'frequency': ['count(*)', value],
}[part.order_by] -%}
{%- set downwards = columns.take and columns.take['from'] == 'last' -%}
{%- set places = [] -%}
{%- for _ in order -%}
    {%- do places.append('place_' ~ loop.index ~ (' desc' if downwards or part.order_by == 'frequency' and loop.first else '')) -%}
{%- endfor -%}
{%- if not columns.take -%}
select
    count({{ value }}) as n,
    array_agg({{ value }} order by {{ value }}) as items
{{ truepoint._online_ordered_events(view, part, relation) }}
{%- elif is_array -%}
select array_agg(item order by {{ places | join(', ') }}) as items
from (
    select
        {{ value }} as item,
        {%- for sql in order %}
        {{ sql }} as place_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    {{ truepoint._online_ordered_events(view, part, relation) | indent(4) }}
    {%- if part.order_by == 'frequency' %}
    group by {{ value }}
    {%- endif %}
    order by {{ places | join(', ') }}
    limit {{ columns.take.k }}
) as taken
{%- else -%}
select {{ value }} as item
{{ truepoint._online_ordered_events(view, part, relation) }}
order by {{ order | join(' desc, ' if downwards else ', ') }}{{ ' desc' if downwards }}
limit 1
{%- endif -%}
{%- endmacro %}

{% macro _online_ordered_events(view, part, relation) -%}
from {{ relation }} as event
where
    {{ truepoint._online_conditions(view, 'request.' ~ truepoint._get_until_name(part.feature), 'request.' ~ truepoint._get_since_name(part.feature) if part.feature.seconds else none) | indent(4) }}
    {%- if part.order_by != 'event' %}
    and {{ part.of }} is not null
    {%- endif %}
    {%- if part.where %}
    and {{ part.where }}
    {%- endif %}
{%- endmacro %}

{# What a joined relation holds: such as, the first 3 values in their order. #}
{% macro _describe_taken(take, order_by) %}
    {% set what = {'value': 'values in their order', 'event': 'events by time', 'frequency': 'values by how often they are there'}[order_by] %}
    {{ return('the ' ~ take['from'] ~ ' ' ~ take.k ~ ' of the ' ~ what if take else 'all ' ~ what) }}
{% endmacro %}

{# The joined relation that an ordered feature reads: one for each part and what is taken of it. #}
{% macro _get_ordered_name(columns, is_array) %}
    {% if not columns.take %}
        {{ return(columns.column) }}
    {% endif %}
    {{ return(columns.column ~ '_' ~ columns.take['from'] ~ ('_' ~ columns.take.k if is_array else '')) }}
{% endmacro %}

{# SQL of an ordered aggregate's partials over those relations. #}
{% macro _get_online_ordered_partial(partial, feature, columns) %}
    {% set name = truepoint._get_ordered_name(columns, feature.type.endswith('[]')) %}
    {% do partial.update({'n': name ~ '.n', 'item': name ~ '.item', 'item_time': name ~ '.item', 'items': name ~ '.items'}) %}
    {% if not columns.take %}
        {% set options = {'n': name ~ '.n'} %}
        {% do options.update(feature.options) %}
        {% for position, place in truepoint._get_aggregate(feature.aggregate, none, options).positions.items() %}
            {% do partial.update({position: name ~ '.items[' ~ place ~ ']'}) %}
        {% endfor %}
    {% endif %}
    {{ return(partial) }}
{% endmacro %}
