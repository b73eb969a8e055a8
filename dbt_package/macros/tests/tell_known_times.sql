{# A proof says what is to be known of the known times that it rests on, such as that no lateness is modelled. #}
{% macro _tell_known_times(service) %}
    {% if truepoint._may_ask_database() %}
        {% set notes = [] %}
        {% for view in service.views if truepoint._get_known_time_note(view.events) and truepoint._get_known_time_note(view.events) not in notes %}
            {% do notes.append(truepoint._get_known_time_note(view.events)) %}
            {% do log(notes[-1], info=True) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# The failing rows of a test of sentences: each is told in the output, and is a row. #}
{% macro _tell_problems(query) %}
    {% if not truepoint._may_ask_database() %}
        {{ return(query) }}
    {% endif %}
    {% set selects = [] %}
    {% for row in run_query(query).rows %}
        {% do log(row[0], info=True) %}
        {% do selects.append('select ' ~ truepoint._render_literal(row[0]) ~ ' as problem') %}
    {% endfor %}
    {{ return(selects | join('\nunion all\n') if selects else "select '' as problem where false") }}
{% endmacro %}
