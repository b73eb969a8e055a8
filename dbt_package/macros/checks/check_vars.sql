{#
    Vars that would be passed over in silence, as sentences: a name that begins with `truepoint_` or is near to one of the package's and is none, the
    name of a setting without its prefix, and a setting under the name of a project or package, which dbt gives to some nodes and not to others.
#}
{% macro _get_var_name_errors() %}
    {% set names = [] %}
    {% for name in truepoint._get_settings() %}
        {% do names.append('truepoint_' ~ name) %}
    {% endfor %}
    {% set given = dict(adapter.config.vars.to_dict(), **adapter.config.cli_vars) %}
    {% set errors = [] %}
    {% for name, value in given.items() if name != '_graph_of_truepoint' %}
        {% if value is mapping %}
            {% for inner in value if inner in names or (inner | string).startswith('truepoint_') %}
                {% do errors.append('dbt_project.yml: var ' ~ inner ~ ' stands under ' ~ name ~ ' (allowed: at the top of vars, where it holds for all models, tests and hooks)') %}
            {% endfor %}
        {% elif 'truepoint_' ~ name in names and name != 'file_format' %}
            {% do errors.append('dbt_project.yml: var ' ~ name ~ ' is not read, did you mean truepoint_' ~ name ~ '? (allowed: ' ~ (names | join(', ')) ~ ')') %}
        {% elif name not in names and ((name | string).startswith('truepoint_') or truepoint._did_you_mean(name, names)) %}
            {% do errors.append('dbt_project.yml: var ' ~ name ~ ' is not known' ~ truepoint._did_you_mean(name, names) ~ ' (allowed: ' ~ (names | join(', ')) ~ ')') %}
        {% endif %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
