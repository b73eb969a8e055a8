{#
    CTE `timeline`: what events do, spine rows, and how many distinct values there are, on one line of time.

    An event stands on the line where it arrives, that is, becomes visible. From there on it is in the sum of all that has arrived. It also stands
    where a window of length w leaves it behind: a row that asks at t has lost what stands at t - w or before. Visible until u means so at u - w
    (`visible_until` of the contract): that is its event time, one place for all windows, unless it became known later than a window lasts.
#}
{% macro _add_timeline(ctes, view, parts) %}
{%- set columns = truepoint._get_timeline_columns(view, parts) -%}
{%- set delays = truepoint._get_delays(parts) -%}
{%- set branches = [] -%}
{%- for delay in delays -%}
    {%- do branches.append(truepoint._arriving_branch(view, parts, columns, delay)) -%}
    {%- if delay.windows -%}
        {%- do branches.append(truepoint._left_behind_branch(view, parts, columns, delay)) -%}
        {%- do branches.append(truepoint._never_seen_branch(view, parts, columns, delay)) -%}
    {%- endif -%}
{%- endfor -%}
{%- for column in parts.distincts -%}
    {%- do branches.append(truepoint._timeline_branch(columns, truepoint._same_names(view.entity + ['happens_at', 'spine_id', 'place', column]), 'from ' ~ column ~ '_changes')) -%}
{%- endfor -%}
{%- do branches.append(truepoint._asking_branch(view, parts, columns)) -%}
{%- set places = truepoint._get_places() -%}
{%- set comment = [
    'What events do, and spine rows, on one line of time. Of one instant, by place: events (' ~ places.change ~ '), then each row'
    ~ (':' if parts.distincts else ' (' ~ places.asked ~ ').')
] -%}
{%- if parts.distincts -%}
    {%- do comment.append(
        'its own event out (' ~ places.own_out ~ '), its question (' ~ places.asked ~ '), its own event back (' ~ places.own_back ~ ').'
    ) -%}
{%- endif -%}
{%- if parts.sums -%}
    {%- do comment.append('arrives_after: the row counts in the sums of windows with this offset, in seconds.') -%}
{%- endif -%}
{%- if delays | selectattr('windows') | list -%}
    {%- do comment.append('leaves_from, leaves_upto: the windows that leave it behind, by number: ' ~ truepoint._describe_windows(delays) ~ '.') -%}
{%- endif -%}
{% call truepoint._add_cte(ctes, 'timeline', comment | join('\n')) %}
{{ branches | join('union all\n') }}
{% endcall %}
{% endmacro %}

{# Events where they become visible. One that is known by its event time is left behind from the same place. #}
{% macro _arriving_branch(view, parts, columns, delay) %}
    {% set values = truepoint._same_names(view.entity + (parts.contributions | list)) %}
    {% set happened_at = truepoint.time_plus('event_time', delay.seconds) %}
    {% do values.update({'happens_at': truepoint._visible_from('event_time', 'known_at', delay.seconds), 'place': truepoint._get_places().change}) %}
    {% if delay.has_sums %}
        {% do values.update({'arrives_after': delay.seconds}) %}
    {% endif %}
    {% if delay.windows %}
        {% do values.update({
            'leaves_from': 'case when known_at <= ' ~ happened_at ~ ' then ' ~ delay.windows[0].number ~ ' end',
            'leaves_upto': delay.windows[-1].number,
        }) %}
    {% endif %}
    {% for column in delay.latests %}
        {% do values.update({column: truepoint._latest_order('', column, parts.latests[column])}) %}
    {% endfor %}
    {{ return(truepoint._timeline_branch(columns, values, 'from events')) }}
{% endmacro %}

{# Events that became known after their event time, where windows that are longer than that leave them behind. #}
{% macro _left_behind_branch(view, parts, columns, delay) %}
    {% set values = truepoint._same_names(view.entity + (parts.contributions | list)) %}
    {% set happened_at = truepoint.time_plus('event_time', delay.seconds) %}
    {% set numbers = [] %}
    {% for window in delay.windows[:-1] %}
        {% do numbers.append('when known_at <= ' ~ truepoint.time_plus('event_time', delay.seconds + window.seconds) ~ ' then ' ~ window.number) %}
    {% endfor %}
    {% set last = delay.windows[-1] %}
    {% set margin = '\n    ' %}
    {% do values.update({
        'happens_at': happened_at,
        'place': truepoint._get_places().change,
        'leaves_from': 'case' ~ margin ~ '    ' ~ (numbers | join(margin ~ '    ')) ~ margin ~ '    else ' ~ last.number ~ margin ~ 'end' if numbers else last.number,
        'leaves_upto': last.number,
    }) %}
    {{ return(truepoint._timeline_branch(columns, values, 'from events', [
        'known_at > ' ~ happened_at,
        'known_at <= ' ~ truepoint.time_plus('event_time', delay.seconds + last.seconds),
    ])) }}
{% endmacro %}

{# Events that became known later than a window lasts, where that window leaves them behind at the moment at which they arrive. #}
{% macro _never_seen_branch(view, parts, columns, delay) %}
    {% set values = truepoint._same_names(parts.contributions | list) %}
    {% set rows = [] %}
    {% for window in delay.windows %}
        {% do rows.append([truepoint.time_minus('events.known_at', window.seconds), window.number | string]) %}
    {% endfor %}
    {% for key in view.entity %}
        {% do values.update({key: 'events.' ~ key}) %}
    {% endfor %}
    {% do values.update({
        'happens_at': 'gone.happens_at',
        'place': truepoint._get_places().change,
        'leaves_from': 'gone.number',
        'leaves_upto': 'gone.number',
    }) %}
    {{ return(truepoint._timeline_branch(columns, values, 'from events\n' ~ truepoint._cross_join_rows('gone', ['happens_at', 'number'], rows, one_per_line=false), [
        'events.known_at > ' ~ truepoint.time_plus('events.event_time', delay.seconds + delay.windows[0].seconds),
        'gone.happens_at > ' ~ truepoint.time_plus('events.event_time', delay.seconds),
    ])) }}
{% endmacro %}

{# Spine rows, with what the decided event adds: it is to be taken off again where it is counted. #}
{% macro _asking_branch(view, parts, columns) %}
    {% set values = truepoint._same_names(view.entity + ['happens_at', 'spine_id']) %}
    {% do values.update({'place': truepoint._get_places().asked}) %}
    {% if view.decides %}
        {% do values.update(truepoint._same_names(['own_event_time'])) %}
        {% for name in parts.contributions %}
            {% do values.update({name: 'own_' ~ name}) %}
        {% endfor %}
        {% for column in parts.latests %}
            {% do values.update({'own_' ~ column: 'own_' ~ column}) %}
        {% endfor %}
    {% endif %}
    {{ return(truepoint._timeline_branch(columns, values, 'from spine')) }}
{% endmacro %}

{% macro _same_names(names) %}
    {% set values = {} %}
    {% for name in names %}
        {% do values.update({name: name}) %}
    {% endfor %}
    {{ return(values) }}
{% endmacro %}

{# One branch of `timeline`. `values`: column -> SQL; the other columns are null. #}
{% macro _timeline_branch(columns, values, source, conditions=[]) %}
select
    {%- for name, type in columns.items() %}
    {%- set value = values.get(name, truepoint._typed_null(type)) | string %}
    {{ value if value == name or value.endswith('.' ~ name) else value ~ ' as ' ~ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{{ source }}
{%- if conditions %}
where
    {{ conditions | join('\n    and ') }}
{%- endif %}
{% endmacro %}
