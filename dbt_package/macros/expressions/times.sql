{# What is wrong with a text that stands for a time of a type, as a sentence; none where all is well. #}
{% macro _get_time_error(quoted, type) %}
    {% if type == 'date' %}
        {% set allowed = "an ISO date, such as '2026-11-15'" %}
    {% else %}
        {% set allowed = "an ISO time with its zone, such as '2026-11-15T00:00:00Z' or '2026-11-15 02:00:00+02:00'" %}
    {% endif %}
    {% if truepoint._get_time(quoted[1:-1], type) is none %}
        {{ return('compares a ' ~ type ~ ' with ' ~ quoted ~ ' (allowed: ' ~ allowed ~ ')') }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{# A time in quotes as the engine writes it, whatever the session's time zone: in UTC, to the microsecond. #}
{% macro _time_literal(quoted, type) %}
    {% set time = truepoint._get_time(quoted[1:-1], type) %}
    {{ return("date '" ~ time ~ "'" if type == 'date' else truepoint._instant_literal(time)) }}
{% endmacro %}

{# Such as 2026-11-15 00:00:00.000000, in UTC; none where the text is no time of that form, or no day of the calendar. #}
{% macro _get_time(text, type) %}
    {% set day = '([0-9]{4})-([0-9]{2})-([0-9]{2})' %}
    {% set match = modules.re.fullmatch(day if type == 'date' else day ~ '[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:[0-9]{2})', text) %}
    {% if not match %}
        {{ return(none) }}
    {% endif %}
    {% set datetime = modules.datetime.datetime %}
    {% set year, month, day = match.group(1) | int, match.group(2) | int, match.group(3) | int %}
    {% set days = [31, 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
    {% if not 1900 <= year < 2150 or not 1 <= month <= 12 or not 1 <= day <= days[month - 1] %}
        {{ return(none) }}
    {% elif type == 'date' %}
        {{ return(text) }}
    {% endif %}
    {% set hour, minute, second = match.group(4) | int, match.group(5) | int, (match.group(6) or '0') | int %}
    {% set zone = match.group(8) %}
    {% set offset = 0 if zone == 'Z' else ((zone[1:3] | int) * 60 + (zone[4:6] | int)) * (-1 if zone[0] == '-' else 1) %}
    {% if hour > 23 or minute > 59 or second > 59 or offset > 840 or offset < -840 or zone != 'Z' and (zone[4:6] | int) > 59 %}
        {{ return(none) }}
    {% endif %}
    {% set time = datetime(year, month, day, hour, minute, second) - modules.datetime.timedelta(minutes=offset) %}
    {% set fraction = match.group(7) or '' %}
    {{ return(time.strftime('%Y-%m-%d %H:%M:%S') ~ ('.' ~ fraction if fraction else '')) }}
{% endmacro %}

{# What is wrong with a zone in quotes, as a sentence; none where all is well. #}
{% macro _get_zone_error(quoted) %}
    {% set zone = quoted[1:-1] %}
    {% set is_named = zone == 'UTC' or '/' in zone and zone in modules.pytz.all_timezones and not zone.startswith('Etc/') %}
    {% set is_fixed = modules.re.fullmatch('[+-](0[0-9]|1[0-4]):[0-5][0-9]', zone) %}
    {% if not quoted.startswith("'") or not (is_named or is_fixed) %}
        {{ return('has the time zone ' ~ (quoted or 'nothing') ~ " (allowed: 'UTC', a zone by its name such as 'Europe/Tallinn', or an offset such as '+02:00')") }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{# Seconds of a fixed offset such as +02:00; none where the zone has a name. #}
{% macro _get_offset_seconds(zone) %}
    {% if zone == 'UTC' %}
        {{ return(0) }}
    {% elif zone[0] not in '+-' %}
        {{ return(none) }}
    {% endif %}
    {{ return(((zone[1:3] | int) * 3600 + (zone[4:6] | int) * 60) * (-1 if zone[0] == '-' else 1)) }}
{% endmacro %}

{# A part of the time of the decision, which every relation that expressions are computed over has as `as_of`. #}
{% macro _time_part(part, zone) %}
    {{ return(truepoint._part_of_time(part, 'as_of', zone, truepoint._get_offset_seconds(zone))) }}
{% endmacro %}
