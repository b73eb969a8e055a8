{#
    Where a row of the timeline stands among those of the same instant: first all changes, then each spine row, with its own event taken out
    just before it and put back just after.
#}
{% macro get_places() %}
    {{ return({'change': 0, 'own_out': 1, 'asked': 2, 'own_back': 3}) }}
{% endmacro %}

{% macro history_order() -%}
order by happens_at, spine_id nulls first, place
{%- endmacro %}

{# The columns that are summed up along the timeline: name -> type. #}
{% macro get_sum_types(parts) %}
    {% set types = {} %}
    {% for column, part in parts.sums.items() %}
        {% do types.update({column: get_contribution_type(parts.contributions[part.contribution])}) %}
    {% endfor %}
    {% for column in parts.distincts %}
        {% do types.update({column: 'integer'}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}

{# The columns of the CTE `timeline`: name -> type. Those of framed events have the type that their relation gives them (none). #}
{% macro get_timeline_columns(view, parts, framed) %}
    {% set columns = {} %}
    {% for key in view.entity %}
        {% do columns.update({key: view.events.columns[key]}) %}
    {% endfor %}
    {% do columns.update({'happens_at': 'timestamptz', 'spine_id': 'text', 'place': 'integer'}) %}
    {% do columns.update(get_sum_types(parts)) %}
    {% for column, part in parts.latests.items() %}
        {% do columns.update({column: 'bigint' if part.of else 'timestamptz'}) %}
        {% if view.decides %}
            {% do columns.update({'own_' ~ column: 'bigint' if part.of else 'timestamptz'}) %}
        {% endif %}
    {% endfor %}
    {% for name in framed.contributions %}
        {% do columns.update({name: none}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# CTE `timeline`: changes, spine rows and their own events. #}
{% macro training_timeline(view, parts, split) %}
{%- set framed = split.framed -%}
{%- set columns = get_timeline_columns(view, parts, framed) -%}
{%- set places = get_places() -%}
{%- set sums = parts.sums | list -%}
{%- set when = view.entity + ['happens_at'] -%}
{%- set own_latests = [] -%}
{%- for column in parts.latests if view.decides -%}
    {%- do own_latests.append('own_' ~ column) -%}
{%- endfor -%}
{%- set branches = [] -%}
{%- if framed.sums -%}
    {%- do branches.append(timeline_branch('framed_events', columns, when + ['spine_id', 'place'] + (framed.contributions | list) + (framed.latests | list) + own_latests)) -%}
    {%- do branches.append(timeline_branch('late_changes', columns, when + (framed.sums | list) + (framed.latests | list), places.change)) -%}
{%- else -%}
    {%- do branches.append(timeline_branch('spine', columns, when + ['spine_id'] + own_latests, places.asked, get_sum_types(parts))) -%}
{%- endif -%}
{%- if split.changed.sums or split.changed.latests -%}
    {%- do branches.append(timeline_branch('changes', columns, when + (split.changed.sums | list) + (split.changed.latests | list), places.change)) -%}
{%- endif -%}
{%- for column in parts.distincts -%}
    {%- do branches.append(timeline_branch(column ~ '_changes', columns, when + ['spine_id', 'place', column])) -%}
{%- endfor -%}
{%- if view.decides and parts.sums -%}
    {%- do branches.append(timeline_branch('own_events', columns, when + ['spine_id', 'place'] + sums)) -%}
{%- endif -%}
-- Changes and spine rows on one line of time. Of one instant, by place: changes ({{ places.change }}), and of each row its own event out ({{ places.own_out }}), its question ({{ places.asked }}),
-- its own event back ({{ places.own_back }}).
timeline as (
{{ branches | join('    union all\n') }})
{%- endmacro %}

{# One branch of `timeline`: the columns that the relation has, and typed nulls for the others. `asked_of`: the sums that its rows ask for. #}
{% macro timeline_branch(relation, columns, present, place=none, asked_of=[]) %}
    select
        {%- for name, type in columns.items() %}
        {% if name == 'place' and place is not none -%}
        {{ place }} as place
        {%- else -%}
        {{ name if name in present else (exact_nothing(type) if name in asked_of else typed_null(type)) ~ ' as ' ~ name }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
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

{# Makes the planner write a CTE out, where it would else compute it again for each use. #}
{% macro written_out() %}
    {{ return(adapter.dispatch('written_out', 'truepoint')()) }}
{% endmacro %}

{% macro default__written_out() %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__written_out() %}
    {{ return(' materialized') }}
{% endmacro %}
