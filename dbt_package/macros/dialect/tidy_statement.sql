{# A compiled statement as a person would set it: no trailing blanks, no two blank lines in a row, none beside an opening or closing line. #}
{% macro _tidy_statement(sql) %}
    {% set sql = modules.re.sub('[ \\t]+\\n', '\\n', sql) %}
    {% set sql = modules.re.sub('\\n{3,}', '\\n\\n', sql) %}
    {% set sql = modules.re.sub('([(]|union all)\\n\\n', '\\1\\n', sql) %}
    {% set sql = modules.re.sub('\\n\\n([ ]*(?:[)]|union all))', '\\n\\1', sql) %}
    {{ return(sql | trim) }}
{% endmacro %}
