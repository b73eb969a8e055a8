{# The first line of a statement, by which one knows it among those that run: what it is, and the digest of all that its values follow from. #}
{% macro _first_line(what, version) %}
    {{ return('-- truepoint: ' ~ what ~ ', version ' ~ version ~ '\n') }}
{% endmacro %}
