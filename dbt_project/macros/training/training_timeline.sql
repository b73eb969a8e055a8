{# The columns of the CTE `timeline`: name -> type. #}
{% macro get_timeline_columns(view, parts) %}
    {% set columns = {} %}
    {% for key in view.entity %}
        {% do columns.update({key: view.events.columns[key]}) %}
    {% endfor %}
    {% do columns.update({'happens_at': 'timestamptz', 'spine_id': 'text'}) %}
    {% for column, part in parts.sums.items() %}
        {% do columns.update({column: get_contribution_type(parts.contributions[part.contribution])}) %}
    {% endfor %}
    {% for column in parts.distincts %}
        {% do columns.update({column: 'bigint'}) %}
    {% endfor %}
    {% for column, part in parts.latests.items() %}
        {% do columns.update({column: 'bigint' if part.of else 'timestamptz'}) %}
    {% endfor %}
    {% do columns.update(get_own_columns(view, parts)) %}
    {{ return(columns) }}
{% endmacro %}

{# One branch of `timeline`: the columns that the relation has, and typed nulls for the others. #}
{% macro timeline_branch(relation, columns, present) %}
    select
        {%- for name, type in columns.items() %}
        {{ name if name in present else typed_null(type) ~ ' as ' ~ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{% endmacro %}

{% macro typed_null(type) %}
    {{ return('cast(null as ' ~ type ~ ')') }}
{% endmacro %}

{# Lets the planner read a CTE's base relation again, where it would else write the CTE out. #}
{% macro inlined() %}
    {{ return(adapter.dispatch('inlined', 'truepoint')()) }}
{% endmacro %}

{% macro default__inlined() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__inlined() %}
    {{ return(' not materialized') }}
{% endmacro %}

{#
    CTE `running`: each sum and maximum so far, per key. Where the latest event may be the own one, the runner-up is needed too: the greatest of
    each new entry or the maximum before it, whichever is less.
#}
{% macro training_running(view, parts) %}
{%- set keys = view.entity -%}
{%- set needs_runner_up = view.decides and parts.latests -%}
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
            {{ history_order(keys) }}
            rows between unbounded preceding and current row
        ),
        before as (
            {{ history_order(keys) }}
            rows between unbounded preceding and 1 preceding
        )
),

{% endif -%}
running as (
    select
        spine_id,
        happens_at
        {%- for key in keys %},
        {{ key }}
        {%- endfor %}
        {%- for column in (parts.sums | list) + (parts.distincts | list) %},
        sum({{ column }}) over so_far as {{ column }}
        {%- endfor %}
        {%- for column in parts.latests %}
        {%- if needs_runner_up %},
        {{ column }}_max as {{ column }},
        max(
            case when {{ column }} is not null and {{ column }}_max_before is not null then least({{ column }}, {{ column }}_max_before) end
        ) over so_far as {{ column }}_runner_up
        {%- else %},
        max({{ column }}) over so_far as {{ column }}
        {%- endif %}
        {%- endfor %}
        {%- for column in get_own_columns(view, parts) %},
        {{ column }}
        {%- endfor %}
    from {{ 'maxima' if needs_runner_up else 'timeline' }}
    window
        so_far as (
            {{ history_order(keys) }}
            rows between unbounded preceding and current row
        )
)
{%- endmacro %}

{# A key's changes and spine rows in order of time; at the same instant, changes come first. #}
{% macro history_order(keys) -%}
partition by {{ keys | join(', ') }}
            order by happens_at, case when spine_id is null then 0 else 1 end
{%- endmacro %}

{# CTE `seen`: the parts at each spine row, without the own event. #}
{% macro training_seen(view, parts) %}
-- What each spine row sees{{ ', its own event taken off' if view.decides }}.
seen as (
    select
        running.spine_id,
        running.happens_at as as_of
        {%- for key in view.entity %},
        running.{{ key }}
        {%- endfor %}
        {%- for column, part in parts.sums.items() %},
        coalesce(running.{{ column }}, 0)
        {%- if view.decides %}
        - coalesce(
            {%- set conditions = event_counts('running.own_event_time', since=window_since('running.happens_at', part.feature), until=window_until('running.happens_at', part.feature)) %}
            case when {{ conditions | join(' and ') }} then running.own_{{ part.contribution }} end, 0
        )
        {%- endif %} as {{ column }}
        {%- endfor %}
        {%- for column, part in parts.distincts.items() %},
        coalesce(running.{{ column }}, 0)
        {%- if view.decides %} - case when {{ column }}_own.spine_id is null then 0 else 1 end{% endif %} as {{ column }}
        {%- endfor %}
        {%- for column, part in parts.latests.items() %},
        {%- if view.decides %}
        case
            when running.own_{{ column }} = running.{{ column }} then running.{{ column }}_runner_up
            else running.{{ column }}
        end as {{ column }}
        {%- else %}
        running.{{ column }}
        {%- endif %}
        {%- endfor %}
    from running
    {%- if view.decides %}
    {%- for column in parts.distincts %}
    left join {{ column }}_own
        on running.spine_id = {{ column }}_own.spine_id
    {%- endfor %}
    {%- endif %}
    where running.spine_id is not null
)
{%- endmacro %}
