{#
    The time up to which answers are final: every row known by then can be seen. A write transaction that stays open for longer than
    var `truepoint_settling_margin` is the one thing that this does not cover.
#}
{% macro settled_time() %}
    {{ return(adapter.dispatch('settled_time', 'truepoint')()) }}
{% endmacro %}

{% macro default__settled_time() %}
    {{ return('(' ~ truepoint.time_minus(truepoint._statement_time(), truepoint.get_seconds(truepoint._get_setting('settling_margin'))) ~ ')') }}
{% endmacro %}

{# A lake holds what was settled when it was exported, and nothing later. #}
{% macro spark__settled_time() %}
    {% if truepoint._get_lake() %}
        {{ return('(select max(settled_at) from ' ~ truepoint._get_lake_schema() ~ '.exports)') }}
    {% endif %}
    {{ return(truepoint.default__settled_time()) }}
{% endmacro %}
