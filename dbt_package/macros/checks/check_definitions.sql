{#
    Stops with every mistake in the project's definitions at once: file, feature, what was given, what is allowed. Called by each model and
    analysis that expands a definition, and before every run. A run that has looked does not look again; of what will be slow it warns once.
#}
{% macro check_definitions() %}
    {% if execute and 'nodes' not in graph %}
        {% do truepoint._take_kept_graph() %}
    {% endif %}
    {% if execute and 'truepoint_is_checked' not in graph %}
        {% set errors = truepoint.definition_errors() %}
        {% if errors %}
            {% do exceptions.raise_compiler_error(
                (errors | length) ~ (' mistake' if errors | length == 1 else ' mistakes') ~ ' in feature definitions:\n\n- ' ~ (errors | join('\n- ')) ~ '\n'
            ) %}
        {% endif %}
        {# The graph lives as long as the run, and every node sees the same one. #}
        {% do graph.update({'truepoint_is_checked': true}) %}
        {% do truepoint._keep_graph() %}
        {# Threads that begin together all look; the first of them warns. #}
        {% if graph.setdefault('truepoint_warned_by', thread_id) == thread_id %}
            {% for warning in truepoint._get_definition_warnings() %}
                {% do exceptions.warn(warning) %}
            {% endfor %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# All mistakes, as a list of texts; empty where all is well. #}
{% macro definition_errors() %}
    {% set errors = truepoint._get_setting_errors() + truepoint._get_var_name_errors() %}
    {% set wrong = [] %}
    {% for kind, check in [['events', truepoint._get_events_errors], ['spine', truepoint._get_spine_errors], ['feature_view', truepoint._get_feature_view_errors]] %}
        {% for node in truepoint._get_models_of_kind(kind) %}
            {% set own_errors = check(node) %}
            {% do errors.extend(own_errors) %}
            {% if own_errors or kind == 'feature_view' and truepoint._get_inputs(node, 'events') | selectattr('name', 'in', wrong) | list %}
                {% do wrong.append(node.name) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do errors.extend(truepoint._get_stray_errors()) %}
    {% do errors.extend(truepoint._get_duplicate_errors()) %}
    {# A mistake is told once: what rests on a wrong spine would repeat it. #}
    {% for node in truepoint._get_models_of_kind('derived_view') if not truepoint._get_inputs(node, 'spine') | selectattr('name', 'in', wrong) | list %}
        {% do errors.extend(truepoint._get_derived_view_errors(node, wrong)) %}
    {% endfor %}
    {% do errors.extend(truepoint._get_service_errors(errors | length > 0)) %}
    {{ return(errors) }}
{% endmacro %}

{# Features in models that say neither meta.feature_view nor meta.derived_view: they would be passed over in silence. #}
{% macro _get_stray_errors() %}
    {% set errors = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and truepoint._get_meta(node).get('feature_view') is none and truepoint._get_meta(node).get('derived_view') is none %}
        {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
            {% do errors.append(truepoint._definition_error(
                node, column.name,
                given='has meta.feature, and model ' ~ node.name ~ ' has neither meta.feature_view nor meta.derived_view',
                allowed='one of them, such as feature_view: {entity: [account_id]}',
            )) %}
        {% endfor %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{#
    One message: what was given, and what is allowed.

    subject         the model, feature or service
    allowed         none where `given` says already what to write
    allowed_where   where what is allowed is so, such as 'in Spark'; none for everywhere
#}
{% macro _definition_error(node, subject, given, allowed=none, allowed_where=none) %}
    {% set rule = ' (allowed' ~ (' ' ~ allowed_where if allowed_where else '') ~ ': ' ~ allowed ~ ')' if allowed is not none else '' %}
    {{ return(truepoint._get_file(node) ~ ': ' ~ subject ~ ': ' ~ given ~ rule) }}
{% endmacro %}

{# A message for each key of a definition that is not known. #}
{% macro _get_key_errors(node, subject, given, allowed) %}
    {% set errors = [] %}
    {% for key in given if key not in allowed %}
        {% do errors.append(truepoint._definition_error(
            node, subject,
            given='key ' ~ key ~ ' is not known' ~ truepoint._did_you_mean(key, allowed),
            allowed=(allowed | join(', ')),
        )) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
