{#
    A statement, and below it, as a comment, what Python must know of it: JSON, each element of a list on a line of its own. It stands at the end, so
    that who looks at a running statement sees the statement first.

    kind   of the signature: a word that Python looks for
#}
{% macro _signed(statement, kind, signature) %}
    {% set entries = [] %}
    {% for key, value in signature.items() %}
        {% if value and value is iterable and value is not string and value is not mapping %}
            {% set elements = [] %}
            {% for element in value %}
                {% do elements.append(tojson(element)) %}
            {% endfor %}
            {% do entries.append(tojson(key) ~ ': [\n--     ' ~ (elements | join(',\n--     ')) ~ '\n--   ]') %}
        {% else %}
            {% do entries.append(tojson(key) ~ ': ' ~ tojson(value)) %}
        {% endif %}
    {% endfor %}
    {{ return(statement ~ '\n\n-- ' ~ kind ~ ': {\n--   ' ~ (entries | join(',\n--   ')) ~ '\n-- }\n') }}
{% endmacro %}
