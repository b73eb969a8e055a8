{# ", did you mean X?" where an allowed name is near to the given one, else nothing. #}
{% macro _did_you_mean(given, allowed) %}
    {% set nearest = namespace(name=none, distance=3) %}
    {% for name in allowed %}
        {% set distance = truepoint._get_edit_distance(given | string, name | string, nearest.distance) %}
        {% if distance < nearest.distance %}
            {% set nearest.name = name %}
            {% set nearest.distance = distance %}
        {% endif %}
    {% endfor %}
    {{ return(', did you mean ' ~ nearest.name ~ '?' if nearest.name else '') }}
{% endmacro %}

{# Levenshtein distance of two texts, or `limit` where their lengths alone are that far apart. #}
{% macro _get_edit_distance(left, right, limit) %}
    {% if (left | length) - (right | length) >= limit or (right | length) - (left | length) >= limit %}
        {{ return(limit) }}
    {% endif %}
    {% set table = namespace(row=range((right | length) + 1) | list) %}
    {% for letter in left %}
        {% set row = [loop.index] %}
        {% set previous = table.row %}
        {% for other in right %}
            {% do row.append([previous[loop.index] + 1, row[-1] + 1, previous[loop.index0] + (0 if letter == other else 1)] | min) %}
        {% endfor %}
        {% set table.row = row %}
    {% endfor %}
    {{ return(table.row[-1]) }}
{% endmacro %}
