{#
    The span of time in which events lie: 1900 to 2149. What lies outside, infinity included, is a slip of some writer, and no event: all arithmetic of
    the contract holds within the span, in every engine, with the longest window and offset.
#}
{% macro _get_span() %}
    {{ return({'since': '1900-01-01 00:00:00', 'before': '2150-01-01 00:00:00'}) }}
{% endmacro %}

{# The longest that a window and its offset may be together: a hundred years. #}
{% macro _get_longest_reach() %}
    {{ return('36500d') }}
{% endmacro %}

{# The conditions for times not to be null and to lie in the span: list of SQL. #}
{% macro _in_span(times) %}
    {% set conditions = [] %}
    {% for time in times %}
        {% do conditions.append(time ~ ' >= ' ~ truepoint._instant_literal(truepoint._get_span().since)) %}
        {% do conditions.append(time ~ ' < ' ~ truepoint._instant_literal(truepoint._get_span().before)) %}
    {% endfor %}
    {{ return(conditions) }}
{% endmacro %}

{# A time that an event or a row brings along; null where no calendar of four digits has it, infinity included. #}
{% macro _calendar_time(time) %}
    {{ return('case when ' ~ time ~ ' >= ' ~ truepoint._instant_literal('0001-01-01 00:00:00') ~ ' and ' ~ time ~ ' <= ' ~ truepoint._instant_literal('9999-12-31 23:59:59.999999') ~ ' then ' ~ time ~ ' end') }}
{% endmacro %}

{# What follows `from` for the rows of a spine. A decision outside the span is none. #}
{% macro _decisions(spine_relation) %}
    {{ return(spine_relation ~ '\nwhere\n    ' ~ (truepoint._in_span(['as_of']) | join('\n    and '))) }}
{% endmacro %}
