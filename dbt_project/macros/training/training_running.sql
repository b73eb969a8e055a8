{#
    CTE `running`: each sum and maximum so far, per key. Where the latest event may be the own one, the runner-up is needed too: the greatest,
    so far, of the lesser of each entry and the maximum before it.
#}
{% macro training_running(view, parts, framed) %}
{%- set needs_runner_up = view.decides and parts.latests -%}
{%- set windows = {} -%}
{%- for part in framed.sums.values() -%}
    {%- do windows.update({part.feature.window: part.feature.seconds}) -%}
{%- endfor -%}
{%- if needs_runner_up -%}
maxima as (
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
            {{ history_order() }}
            rows between unbounded preceding and current row
        ),
        before as (
            partition by {{ view.entity | join(', ') }}
            {{ history_order() }}
            rows between unbounded preceding and 1 preceding
        )
),

{% endif -%}
running as (
    select
        {%- for key in view.entity %}
        {{ key }},
        {%- endfor %}
        happens_at,
        spine_id,
        place
        {%- for column in (parts.sums | list) + (parts.distincts | list) %},
        sum({{ column }}) over so_far as {{ column }}
        {%- endfor %}
        {%- for column, part in framed.sums.items() %},
        sum({{ part.contribution }}) over last_{{ part.feature.window }} as {{ column }}_framed
        {%- endfor %}
        {%- for name in framed.contributions %},
        {{ name }}
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
    from {{ 'maxima' if needs_runner_up else 'timeline' }}
    window
        so_far as (
            partition by {{ view.entity | join(', ') }}
            {{ history_order() }}
            rows between unbounded preceding and current row
        )
        {%- for window, seconds in windows.items() %},
        last_{{ window }} as (
            partition by {{ view.entity | join(', ') }}
            order by happens_at
            range between interval '{{ seconds - 1 }}.999999 seconds' preceding and current row
        )
        {%- endfor %}
)
{%- endmacro %}

{# CTE `seen`: the parts at each spine row. A framed sum is that of the frame, less what the row itself adds, and the changes of late events. #}
{% macro training_seen(view, parts, framed) %}
-- What each spine row sees.
seen as (
    select
        {%- for key in view.entity %}
        {{ key }},
        {%- endfor %}
        happens_at as as_of,
        spine_id
        {%- for column, type in get_sum_types(parts).items() %},
        {{ 'coalesce(' ~ column ~ '_framed, 0) - coalesce(' ~ framed.sums[column].contribution ~ ', 0) + ' if column in framed.sums }}{{ exact_sum(column, type) }} as {{ column }}
        {%- endfor %}
        {%- for column in parts.latests %},
        {{ 'case when own_' ~ column ~ ' = ' ~ column ~ ' then ' ~ column ~ '_runner_up else ' ~ column ~ ' end as ' ~ column if view.decides else column }}
        {%- endfor %}
    from running
    where place = {{ get_places().asked }}
)
{%- endmacro %}
