{# A count fits a bigint; any other sum is exact. #}
{% macro _get_sum_type(parts, part) %}
    {% set adds = parts.contributions[part.contribution] %}
    {{ return('bigint' if adds == '1' or adds.endswith(' then 1 end') else truepoint._type_exact()) }}
{% endmacro %}
