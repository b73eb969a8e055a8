{#
    CTEs `spine_rows` and `source_events`: the spine's rows and the view's events; in an increment, the rows that the table does not have yet, and
    the events that one of them could count.

    The rows of an increment get the values that they would get if all rows were built: a feature's value at a row follows from the events that
    count there and from nothing else, whatever the plan (the tests hold all plans to an oracle that knows only the contract), so
    - a row's value does not depend on the other rows of the spine;
    - nor on events that cannot count in it. Those left out here fail the condition of event_counts() at each new row of their key: their time lies
      before the longest window of its earliest as-of time, or after the end of the nearest window of its latest, or they were known only after that.
      A running sum then starts at the first event that is read, instead of at the first of all, and has added and taken away less by the time of the
      row, but the same remains; a rank is another number in the same order; an own event that is left out was in no window.
    Where a feature looks at a lifetime, the events of all time are read, but only those of the keys that are asked about.

    build   see get_build(); none where no table is built
#}
{% macro _get_source_ctes(view, spine_relation, events_relation, build=none) %}
{% set ctes = [] %}
{% if not (build and build.is_increment) %}
    {% do truepoint._add_relation(ctes, 'spine_rows', truepoint._decisions(spine_relation) if build else spine_relation, 'Who asks, and when.') %}
    {% do truepoint._add_relation(ctes, 'source_events', events_relation, 'The events of the view.') %}
    {{ return(ctes) }}
{% endif %}

{% do truepoint._add_new_spine_rows(ctes, 'spine_rows', spine_relation, build) %}

{% call truepoint._add_cte(ctes, 'asked', 'The times at which each key is asked about.') %}
select
    {%- for key in view.entity %}
    {{ key }},
    {%- endfor %}
    min(as_of) as first_as_of,
    max(as_of) as last_as_of
from spine_rows
group by {{ view.entity | join(', ') }}
{% endcall %}

{% do truepoint._add_relation(ctes, 'all_events', events_relation, 'All events of the view.') %}

{% call truepoint._add_cte(ctes, 'source_events', 'The events that can count at one of those times.', computed='once') %}
select all_events.*
from all_events
inner join asked
    {{- truepoint._on_same_keys(view, 'all_events', 'asked') }}
        {%- for condition in truepoint._reachable(view, 'asked.first_as_of', 'asked.last_as_of') %}
        and {{ condition }}
        {%- endfor %}
{%- set conditions = truepoint._reachable(view, '(select min(first_as_of) from asked)') %}
{%- if conditions %}
-- The same for all keys together, so that old parts of the table need not be read.
where
    {{ conditions | join(' and ') }}
{%- endif %}
{% endcall %}
{{ return(ctes) }}
{% endmacro %}

{# The condition for an event to count in some feature of a view at some time between two as-of times. Without the second: at the first or later. #}
{% macro _reachable(view, first_as_of, last_as_of=none) %}
    {% set lifetimes = view.features | rejectattr('seconds') | list %}
    {% set farthest = (view.features | sort(attribute='reach', reverse=true) | list)[0] %}
    {% set nearest = (view.features | sort(attribute='offset_seconds') | list)[0] %}
    {{ return(truepoint._event_counts(
        'all_events.' ~ view.events.event_time,
        since=none if lifetimes else truepoint._window_since(first_as_of, farthest),
        until=truepoint._window_until(last_as_of, nearest) if last_as_of else none,
        known_at=truepoint._get_known_time(view.events, 'all_events.') if last_as_of else none,
        as_of=last_as_of,
    )) }}
{% endmacro %}
