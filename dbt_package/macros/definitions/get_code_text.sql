{#
    What a hand-written model says of its rows: its code, that of the macros which it calls (of its project and of packages, but not dbt's own), and the
    values of vars and environment variables that any of them names.
#}
{% macro _get_code_text(node) %}
    {% set texts = [node.raw_code or node.checksum.checksum] + truepoint._get_macro_texts(node.depends_on.macros) %}
    {{ return((texts + truepoint._get_named_values(texts | join('\n'))) | join('\n')) }}
{% endmacro %}

{# The code of macros, and of those that they call; not of new_rows(), which changes no value, and not of dbt's own. #}
{% macro _get_macro_texts(ids) %}
    {% set ids = ids | list %}
    {% set texts = [] %}
    {% for id in ids if id != 'macro.truepoint.new_rows' %}
        {# `ids` grows while it is walked. #}
        {% set package = context.get(id.split('.')[1]) %}
        {% if package is mapping and id.split('.')[1] != 'dbt' and id.split('.')[-1] in package %}
            {% set macro = package[id.split('.')[-1]].macro %}
            {% do texts.append(macro.macro_sql) %}
            {% do ids.extend(macro.depends_on.macros | reject('in', ids) | list) %}
        {% endif %}
    {% endfor %}
    {{ return(texts) }}
{% endmacro %}

{# Values of the vars and environment variables that a code names, but for secrets and where the lake lies: list of texts. #}
{% macro _get_named_values(code) %}
    {% set values = [] %}
    {% for name in modules.re.findall('\\bvar\\(\\s*[\'"]([A-Za-z0-9_]+)[\'"]', code) | unique | sort %}
        {% do values.append('var ' ~ name ~ ': ' ~ tojson(var(name, none))) %}
    {% endfor %}
    {% for name in modules.re.findall('\\benv_var\\(\\s*[\'"]([A-Za-z0-9_]+)[\'"]', code) | unique | sort if 'SECRET' not in name and name != 'TRUEPOINT_LAKE' %}
        {% do values.append('environment ' ~ name ~ ': ' ~ env_var(name, '')) %}
    {% endfor %}
    {{ return(values) }}
{% endmacro %}

{#
    Digestible text of a model and all that is upstream of it: code, and of feature views and derived views the definitions. Sources go by the name that the
    project gives them, so the text is the same in every database.
#}
{% macro _get_upstream_text(node) %}
    {% set ids = [node.unique_id] %}
    {% for id in ids if id in graph.nodes %}
        {# `ids` grows while it is walked. #}
        {% do ids.extend(graph.nodes[id].depends_on.nodes | reject('in', ids) | list) %}
    {% endfor %}
    {% set parts = [] %}
    {% for id in ids | sort if id in graph.nodes %}
        {% do parts.append(id ~ '\n' ~ truepoint._get_code_text(graph.nodes[id]) ~ '\n' ~ (truepoint._get_feature_texts(graph.nodes[id]) | join('\n'))) %}
    {% endfor %}
    {{ return(parts | join('\n')) }}
{% endmacro %}

{# The definitions of a model's features, as they stand in its YAML: list of texts. #}
{% macro _get_feature_texts(node) %}
    {% set texts = [] %}
    {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
        {% do texts.append(column.name ~ ': ' ~ tojson(truepoint._get_meta(column).feature)) %}
    {% endfor %}
    {{ return(texts) }}
{% endmacro %}
