{# The features of one view for one request row: a select of one row. #}
{% macro _online_view(view, parts, relation) %}
{%- set columns = {} -%}
{%- set windowed = {} -%}
{%- set lifetime = {} -%}
{%- for column, part in parts.sums.items() -%}
    {%- do (windowed if part.feature.seconds else lifetime).update({column: part}) -%}
    {%- do columns.update({column: ('windows.' if part.feature.seconds else 'lifetime.') ~ column}) -%}
{%- endfor -%}
{%- set sources = [] -%}
select
    -- Whether the key has any event.
    exists (
        select 1
        from {{ relation }} as event
        where
            {{ truepoint._online_conditions(view, 'request.as_of') | indent(12) }}
    ) as found__{{ view.name }}
    {%- for feature in view.features %},
    {{ truepoint._feature_value(feature, truepoint._get_online_partial(parts, feature, columns)) }} as {{ feature.name }}
    {%- endfor %}
{%- if windowed %}
-- windows: counts and sums in one scan, {{ truepoint._describe_reach(windowed.values() | map(attribute='feature')) }}.
from (
    {{ truepoint._online_sums(view, parts, windowed, relation) | indent(4) }}
) as windows
{%- else %}
from (values (1)) as one_row (one)
{%- endif %}
{%- if lifetime %}
-- lifetime: counts and sums in one scan, of all time.
cross join lateral (
    {{ truepoint._online_sums(view, parts, lifetime, relation) | indent(4) }}
) as lifetime
{%- endif %}
{%- for column, part in parts.distincts.items() %}
-- {{ column }}: how many different values, in one scan, {{ truepoint._describe_reach([part.feature]) }}.
cross join lateral (
    {{ truepoint._online_distinct(view, column, part, relation) | indent(4) }}
) as {{ column }}
{%- endfor %}
{%- for column, part in parts.latests.items() %}
-- {{ column }}: the latest event, {{ truepoint._describe_reach([part.feature]) }}.
left join lateral (
    {{ truepoint._online_latest(view, part, relation) | indent(4) }}
) as {{ column }}
    on true
{%- endfor %}
{%- set ordereds = {} -%}
{%- for feature in view.features if parts.by_feature[feature.name].positions is defined -%}
    {%- set is_array = feature.type.endswith('[]') -%}
    {%- do ordereds.update({truepoint._get_ordered_name(parts.by_feature[feature.name], is_array): {'columns': parts.by_feature[feature.name], 'is_array': is_array}}) -%}
{%- endfor %}
{%- for name, item in ordereds.items() %}
-- {{ name }}: {{ truepoint._describe_taken(item.columns.take, parts.ordereds[item.columns.column].order_by) }}, {{ truepoint._describe_reach([parts.ordereds[item.columns.column].feature]) }}.
left join lateral (
    {{ truepoint._online_ordered(view, parts.ordereds[item.columns.column], item.columns, item.is_array, relation) | indent(4) }}
) as {{ name }}
    on true
{%- endfor %}
{%- endmacro %}

{# How far back a scan of features goes. #}
{% macro _describe_reach(features) %}
    {% set widest = (features | sort(attribute='reach', reverse=true) | list)[0] %}
    {{ return(truepoint._get_duration(widest.seconds + widest.offset_seconds) ~ ' back' if widest.seconds else 'of all time') }}
{% endmacro %}

{# Conditions of one scan: the key, and the widest window and least offset of the features it serves (none: any event up to the as-of time). #}
{% macro _online_conditions(view, until, since=none) %}
    {% set conditions = [] %}
    {% for key in view.entity %}
        {% do conditions.append('event.' ~ key ~ ' = request.' ~ key) %}
    {% endfor %}
    {{ return((conditions + truepoint._event_counts(
        'event.' ~ view.events.event_time,
        since=since,
        until=until,
        known_at=truepoint._get_known_time(view.events, 'event.'),
        as_of='request.as_of',
        event_id='event.' ~ view.events.event_id,
        own_event_id='request.event_id' if view.decides else none,
    ) + truepoint._in_span(['event.' ~ view.events.event_time, truepoint._get_known_time(view.events, 'event.')])) | join('\nand ')) }}
{% endmacro %}

{# All sums of a view in one scan; it is as wide as the widest window, and `filter` narrows it for the others. #}
{% macro _online_sums(view, parts, sums, relation) %}
{%- set widest = (sums.values() | map(attribute='feature') | sort(attribute='reach', reverse=true) | list)[0] -%}
{%- set nearest = (sums.values() | map(attribute='feature') | sort(attribute='offset_seconds') | list)[0] -%}
select
    {%- for column, part in sums.items() %}
    {%- set feature = part.feature %}
    {%- set guard = parts.guards[part.contribution] %}
    {%- set conditions = truepoint._event_counts(
        'event.' ~ view.events.event_time,
        since='request.' ~ truepoint._get_since_name(feature) if feature.seconds and feature.reach != widest.reach else none,
        until='request.' ~ truepoint._get_until_name(feature) if feature.offset_seconds != nearest.offset_seconds else none,
    ) + guard.conditions %}
    {%- set filter = ' filter (where ' ~ (conditions | join(' and ')) ~ ')' if conditions else '' %}
    {{ 'count(*)' ~ filter if guard.adds == '1' else 'coalesce(sum(' ~ guard.adds ~ ')' ~ filter ~ ', 0)' }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ relation }} as event
where
    {{ truepoint._online_conditions(view, 'request.' ~ truepoint._get_until_name(nearest), 'request.' ~ truepoint._get_since_name(widest) if widest.seconds else none) | indent(4) }}
{%- endmacro %}

{# One pass, grouped by value: no sort of the events. #}
{% macro _online_distinct(view, column, part, relation) %}
select count(*) as how_many
from (
    select {{ part.of }} as value
    from {{ relation }} as event
    where
        {{ truepoint._online_conditions(view, 'request.' ~ truepoint._get_until_name(part.feature), 'request.' ~ truepoint._get_since_name(part.feature) if part.feature.seconds else none) | indent(8) }}
        and {{ part.of }} is not null
        {%- if part.where %}
        and {{ part.where }}
        {%- endif %}
    group by {{ part.of }}
) as present
{%- endmacro %}

{# The latest event: the index is read backwards and the first that counts is taken. #}
{% macro _online_latest(view, part, relation) %}
select
    event.{{ view.events.event_time }} as event_time
    {%- if part.of %},
    {{ part.of }} as of_latest
    {%- endif %}
from {{ relation }} as event
where
    {{ truepoint._online_conditions(view, 'request.' ~ truepoint._get_until_name(part.feature), 'request.' ~ truepoint._get_since_name(part.feature) if part.feature.seconds else none) | indent(4) }}
    {%- if part.where %}
    and {{ part.where }}
    {%- endif %}
order by {{ truepoint._get_event_order(view, 'event.') | join(' desc, ') }} desc
limit 1
{%- endmacro %}

{# SQL of an aggregate's partials over the scans of online_view. #}
{% macro _get_online_partial(parts, feature, columns) %}
    {% set partial = {'as_of': 'request.as_of'} %}
    {% if parts.by_feature[feature.name].positions is defined %}
        {{ return(truepoint._get_online_ordered_partial(partial, feature, parts.by_feature[feature.name])) }}
    {% endif %}
    {% for name, column in parts.by_feature[feature.name].items() %}
        {% if name == 'latest' %}
            {% do partial.update({'event_time': column ~ '.event_time', 'value': column ~ '.of_latest'}) %}
        {% elif name == 'distinct' %}
            {% do partial.update({name: column ~ '.how_many'}) %}
        {% else %}
            {% do partial.update({name: columns[column]}) %}
        {% endif %}
    {% endfor %}
    {{ return(partial) }}
{% endmacro %}
