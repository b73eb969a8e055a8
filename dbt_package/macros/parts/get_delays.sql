{#
    The offsets of a view's sums and latest events: list of {seconds, windows, has_sums, latests}, the shortest first. `windows` are those of the
    sums, list of {number, seconds}, the shortest first; numbers go through all offsets.
#}
{% macro _get_delays(parts) %}
    {% set delays = {} %}
    {% for part in (parts.sums.values() | list) + (parts.latests.values() | list) %}
        {% do delays.update({part.feature.offset_seconds: {'seconds': part.feature.offset_seconds, 'windows': [], 'has_sums': false, 'latests': []}}) %}
    {% endfor %}
    {% for part in parts.sums.values() %}
        {% set delay = delays[part.feature.offset_seconds] %}
        {% do delay.update({'has_sums': true}) %}
        {% if part.feature.seconds and part.feature.seconds not in delay.windows %}
            {% do delay.windows.append(part.feature.seconds) %}
        {% endif %}
    {% endfor %}
    {% for column, part in parts.latests.items() %}
        {% do delays[part.feature.offset_seconds].latests.append(column) %}
    {% endfor %}
    {% set state = namespace(number=0) %}
    {% set in_order = [] %}
    {% for seconds in delays | sort %}
        {% set windows = [] %}
        {% for window_seconds in delays[seconds].windows | sort %}
            {% set state.number = state.number + 1 %}
            {% do windows.append({'number': state.number, 'seconds': window_seconds}) %}
        {% endfor %}
        {% do delays[seconds].update({'windows': windows}) %}
        {% do in_order.append(delays[seconds]) %}
    {% endfor %}
    {{ return(in_order) }}
{% endmacro %}

{# The number of a sum's window. #}
{% macro _get_window_number(part, delays) %}
    {% for delay in delays if delay.seconds == part.feature.offset_seconds %}
        {% for window in delay.windows if window.seconds == part.feature.seconds %}
            {{ return(window.number) }}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{# Such as: 1 of 1h, 2 of 1d after 7d #}
{% macro _describe_windows(delays) %}
    {% set words = [] %}
    {% for delay in delays %}
        {% for window in delay.windows %}
            {% do words.append(window.number ~ ' of ' ~ truepoint._get_duration(window.seconds) ~ (' after ' ~ truepoint._get_duration(delay.seconds) if delay.seconds else '')) %}
        {% endfor %}
    {% endfor %}
    {{ return(words | join(', ')) }}
{% endmacro %}
