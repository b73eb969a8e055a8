{# The columns of the CTE `timeline`: name -> type; none where the first relation that has the column gives it one. #}
{% macro _get_timeline_columns(view, parts) %}
    {% set columns = {} %}
    {% for key in view.entity %}
        {% do columns.update({key: view.events.columns[key]}) %}
    {% endfor %}
    {% do columns.update({'happens_at': 'timestamptz', 'spine_id': 'text', 'place': 'integer'}) %}
    {% if parts.sums %}
        {% do columns.update({'arrives_after': 'integer', 'leaves_from': 'integer', 'leaves_upto': 'integer'}) %}
    {% endif %}
    {% for name in parts.contributions %}
        {% do columns.update({name: none}) %}
    {% endfor %}
    {% if parts.sums and view.decides %}
        {% do columns.update({'own_event_time': 'timestamptz'}) %}
    {% endif %}
    {% for column in parts.distincts %}
        {% do columns.update({column: 'integer'}) %}
    {% endfor %}
    {% for column, part in parts.latests.items() %}
        {% do columns.update({column: 'bigint' if part.of else 'timestamptz'}) %}
        {% if view.decides %}
            {% do columns.update({'own_' ~ column: 'bigint' if part.of else 'timestamptz'}) %}
        {% endif %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
