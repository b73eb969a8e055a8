{#
    CTE `running`: each sum and maximum so far, per key. A sum over a window is what has arrived less what the window has left behind, both summed
    from the beginning, so a row is read once for each window, however many events the window holds. Sums need no order of the rows of one instant
    (what arrives counts, what is left behind does not), which spares Postgres the longer sort; latest events and distinct values do.

    Where the latest event may be the own one, the runner-up is needed too: the greatest, so far, of the lesser of each entry and the maximum
    before it.
#}
{% macro _add_running(ctes, view, parts) %}
{%- set needs_runner_up = view.decides and parts.latests -%}
{%- set delays = truepoint._get_delays(parts) -%}
{%- set arrived = truepoint._get_arrived(parts) -%}
{%- set line = truepoint._get_line(view) -%}
{%- set frames = {} -%}
{%- for part in parts.sums.values() if part.feature.seconds and part.feature.seconds not in frames.values() -%}
    {%- do frames.update({part.feature.window: part.feature.seconds}) -%}
{%- endfor -%}
{% if needs_runner_up %}
{% call truepoint._add_cte(ctes, 'maxima', 'The latest event so far (_max), and before the row (_max_before): the runner-up is found from both.') %}
select
    *
    {%- for column in parts.latests %},
    max({{ column }}) over so_far as {{ column }}_max,
    max({{ column }}) over before as {{ column }}_max_before
    {%- endfor %}
from timeline
window
    so_far as (
        partition by {{ view.entity | join(', ') }}
        {{ truepoint._history_order() }}
        rows between unbounded preceding and current row
    ),
    before as (
        partition by {{ view.entity | join(', ') }}
        {{ truepoint._history_order() }}
        rows between unbounded preceding and 1 preceding
    )
{% endcall %}
{% endif %}
{% set comment = ['Sums so far, along the line.'] %}
{% if arrived %}{% do comment.append('_arrived: of all that has become visible, however long ago.') %}{% endif %}
{% if frames %}{% do comment.append('_left: of what the window has left behind.') %}{% endif %}
{% if needs_runner_up %}{% do comment.append('_runner_up: the latest event but for the greatest, for rows whose own event is that.') %}{% endif %}
{% call truepoint._add_cte(ctes, 'running', comment | join('\n')) %}
select
    {%- for key in line['keys'] %}
    {{ key }},
    {%- endfor %}
    happens_at,
    spine_id,
    place
    {%- for name in (parts.contributions | list if view.decides else []) %},
    {{ name }}
    {%- endfor %}
    {%- if view.decides and parts.sums %},
    own_event_time
    {%- endif %}
    {%- for column, part in arrived.items() %},
    {{ truepoint._exact_sum_over('case when arrives_after = ' ~ part.feature.offset_seconds ~ ' then ' ~ part.contribution ~ ' end', 'so_far', truepoint._get_sum_type(parts, part)) }} as {{ column }}
    {%- endfor %}
    {%- for column, part in parts.sums.items() if part.feature.seconds %}
    {%- set frame = (frames.items() | selectattr(1, 'equalto', part.feature.seconds) | first)[0] %},
    {{ truepoint._exact_sum_over('case when ' ~ truepoint._get_window_number(part, delays) ~ ' between leaves_from and leaves_upto then ' ~ part.contribution ~ ' end', 'left_by_' ~ frame, truepoint._get_sum_type(parts, part)) }} as {{ column }}_left
    {%- endfor %}
    {%- for column in parts.distincts %},
    sum({{ column }}) over so_far as {{ column }}
    {%- endfor %}
    {%- for column in parts.latests %}
    {%- if needs_runner_up %},
    own_{{ column }},
    {{ column }}_max as {{ column }},
    max(
        case when {{ column }} is not null and {{ column }}_max_before is not null then least({{ column }}, {{ column }}_max_before) end
    ) over so_far as {{ column }}_runner_up
    {%- else %},
    max({{ column }}) over so_far as {{ column }}
    {%- endif %}
    {%- endfor %}
from {{ 'maxima' if needs_runner_up else line.relation }}
window
    so_far as (
        partition by {{ line['keys'] | join(', ') }}
        {%- if parts.distincts or parts.latests %}
        {{ truepoint._history_order() }}
        rows between unbounded preceding and current row
        {%- else %}
        order by {{ truepoint._on_the_line('happens_at') }}
        range between unbounded preceding and current row
        {%- endif %}
    )
    {%- for window, seconds in frames.items() %},
    left_by_{{ window }} as (
        partition by {{ line['keys'] | join(', ') }}
        order by {{ truepoint._on_the_line('happens_at') }}
        range between unbounded preceding and {{ truepoint._on_the_line_seconds(seconds) }} preceding
    )
    {%- endfor %}
{% endcall %}
{% endmacro %}

{# CTE `seen`: the parts at each spine row. #}
{% macro _add_seen(ctes, view, parts) %}
{% set own = '; its own event is taken off where it was counted' if view.decides and parts.sums else '' %}
{% call truepoint._add_cte(ctes, 'seen', 'What each spine row sees' ~ own ~ '.') %}
select
    {%- for key in view.entity %}
    {{ 'running.' ~ key if truepoint._has_slices(view) else key }},
    {%- endfor %}
    happens_at as as_of,
    spine_id
    {%- for column, part in parts.sums.items() %}
    {%- set arrived = truepoint._get_arrived_name(part) %}
    {%- set terms = ['case when running.slice is null then ' ~ arrived ~ ' else held.' ~ column ~ ' + ' ~ arrived ~ ' end' if truepoint._has_slices(view) else arrived] %}
    {%- if part.feature.seconds %}{% do terms.append(column ~ '_left') %}{% endif %}
    {%- if view.decides %}{% do terms.append('case when ' ~ truepoint._own_is_in_window(part) ~ ' then coalesce(' ~ part.contribution ~ ', 0) else 0 end') %}{% endif %},
    {{ truepoint._exact_difference(terms, truepoint._get_sum_type(parts, part)) }} as {{ column }}
    {%- endfor %}
    {%- for column in parts.distincts %},
    coalesce({{ column }}, 0) as {{ column }}
    {%- endfor %}
    {%- for column in parts.latests %},
    {{ 'case when own_' ~ column ~ ' = ' ~ column ~ ' then ' ~ column ~ '_runner_up else ' ~ column ~ ' end as ' ~ column if view.decides else column }}
    {%- endfor %}
from running
{%- if truepoint._has_slices(view) %}
left join held
    {{- truepoint._on_same_keys(view, 'running', 'held') }}
        and running.slice = held.slice
{%- endif %}
where place = {{ truepoint._get_places().asked }}
{% endcall %}
{% endmacro %}
