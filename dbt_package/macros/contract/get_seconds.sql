{# Length of a window, offset or margin such as 90s, 5m, 1h, 30d; none where the text is of another form. A day is 86,400 seconds. #}
{% macro get_seconds(duration) %}
    {% set parts = modules.re.match('^([1-9][0-9]*)([smhd])$', duration | string) %}
    {{ return((parts.group(1) | int) * {'s': 1, 'm': 60, 'h': 3600, 'd': 86400}[parts.group(2)] if parts else none) }}
{% endmacro %}
