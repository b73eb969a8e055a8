{#
    Mistakes in the services. Their views and request fields are checked only where the features are right (`has_errors` false): else one
    mistake would be told many times.
#}
{% macro _get_service_errors(has_errors) %}
    {% set errors = [] %}
    {% set all_features = [] %}
    {% for node in truepoint._get_models_of_kind('feature_view') + truepoint._get_models_of_kind('derived_view') %}
        {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is not none %}
            {% do all_features.append(column.name) %}
        {% endfor %}
    {% endfor %}
    {% set spines = truepoint._get_models_of_kind('spine') | map(attribute='name') | list %}
    {% for exposure in graph.exposures.values() if truepoint._get_meta(exposure).get('feature_service') is not none %}
        {% set service = truepoint._get_meta(exposure).feature_service %}
        {% set own_errors = [] %}
        {% if service is not mapping %}
            {% do own_errors.append(truepoint._definition_error(
                exposure, exposure.name,
                given='meta.feature_service is ' ~ (service | string),
                allowed='{spine: MODEL, entities: […], request: {…}, features: […]}',
            )) %}
        {% else %}
            {% do own_errors.extend(truepoint._get_key_errors(exposure, exposure.name, service, ['spine', 'entities', 'request', 'features', 'example'])) %}
            {% if service.get('spine') not in spines %}
                {% do own_errors.append(truepoint._definition_error(
                    exposure, exposure.name,
                    given='spine is ' ~ (service.get('spine') or 'not given') ~ truepoint._did_you_mean(service.get('spine') or '', spines),
                    allowed='a model with meta.spine: ' ~ (spines | join(', ')),
                )) %}
            {% else %}
                {% set spine_columns = truepoint._get_column_types(truepoint._get_model(service.spine)) %}
                {% for entity in service.get('entities') or [] if truepoint._is_taken_name(entity) %}
                    {% do own_errors.append(truepoint._definition_error(
                        exposure, exposure.name,
                        given='entity ' ~ entity ~ ' is the name of a column of the compiler',
                        allowed='any other',
                    )) %}
                {% endfor %}
                {% for entity in service.get('entities') or [] if entity not in spine_columns %}
                    {% do own_errors.append(truepoint._definition_error(
                        exposure, exposure.name,
                        given='entity ' ~ entity ~ ' is no column of ' ~ service.spine ~ truepoint._did_you_mean(entity, spine_columns),
                        allowed=(spine_columns | join(', ')),
                    )) %}
                {% endfor %}
                {% do own_errors.extend(truepoint._get_request_errors(exposure, exposure.name, service.get('request') or {}, truepoint._get_model(service.spine))) %}
            {% endif %}
            {% if not service.get('entities') or service.entities is string %}
                {% do own_errors.append(truepoint._definition_error(
                    exposure, exposure.name,
                    given='entities is ' ~ (service.get('entities') or 'not given'),
                    allowed='a list of key columns, e.g. [account_id]',
                )) %}
            {% endif %}
            {% if not service.get('features') or service.features is string %}
                {% do own_errors.append(truepoint._definition_error(
                    exposure, exposure.name,
                    given='features is ' ~ (service.get('features') or 'not given'),
                    allowed='a list of features',
                )) %}
            {% elif service.features | length > truepoint._get_most_features() %}
                {% do own_errors.append(truepoint._definition_error(
                    exposure, exposure.name,
                    given='has ' ~ (service.features | length) ~ ' features',
                    allowed='at most ' ~ truepoint._get_most_features() ~ ', since a row of Postgres holds no more',
                )) %}
            {% else %}
                {% for name in service.features %}
                    {% if name not in all_features %}
                        {% do own_errors.append(truepoint._definition_error(
                            exposure, exposure.name,
                            given='feature ' ~ name ~ ' is not defined' ~ truepoint._did_you_mean(name, all_features),
                            allowed=(all_features | join(', ')),
                        )) %}
                    {% elif service.features.index(name) != loop.index0 %}
                        {% do own_errors.append(truepoint._definition_error(
                            exposure, exposure.name,
                            given='feature ' ~ name ~ ' is listed twice',
                            allowed='once',
                        )) %}
                    {% endif %}
                {% endfor %}
            {% endif %}
            {% if not own_errors and not has_errors %}
                {% do own_errors.extend(truepoint._get_service_need_errors(exposure)) %}
            {% endif %}
        {% endif %}
        {% do errors.extend(own_errors) %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}

{# What a service's features need and its requests would not bring; and the views that its training table does not name. #}
{% macro _get_service_need_errors(exposure) %}
    {% set errors = [] %}
    {% set service = truepoint._get_service(exposure.name) %}
    {% set asked = truepoint._get_columns_asked(service) %}
    {% for name in service.features %}
        {% set spine = truepoint._get_inputs(service.index[name].node, 'spine')[0] %}
        {% if spine.name != service.spine.name %}
            {% do errors.append(truepoint._definition_error(
                exposure, exposure.name,
                given='feature ' ~ name ~ ' is built over the spine ' ~ spine.name ~ ', and the service over ' ~ service.spine.name,
                allowed='one spine',
            )) %}
        {% endif %}
    {% endfor %}
    {% for view in service.views %}
        {% for key in view.entity if key not in asked %}
            {% do errors.append(truepoint._definition_error(exposure, exposure.name, given=view.features[0].name ~ ' needs the key ' ~ key ~ ', which is neither an entity nor a request field (given: ' ~ (asked | join(', ')) ~ ')')) %}
        {% endfor %}
    {% endfor %}
    {% for feature in service.derived_features %}
        {% for name in feature.names if name not in service.types %}
            {% do errors.append(truepoint._definition_error(exposure, exposure.name, given=feature.name ~ ' needs the request field ' ~ name ~ ', which is not given (given: ' ~ (asked | join(', ')) ~ ')')) %}
        {% endfor %}
    {% endfor %}
    {% for id in exposure.depends_on.nodes if id in graph.nodes and truepoint._get_meta(graph.nodes[id]).get('training_set') is not none %}
        {% if service.spine.unique_id not in graph.nodes[id].depends_on.nodes %}
            {% do errors.append(truepoint._definition_error(graph.nodes[id], graph.nodes[id].name, given="is not over the service's spine (write spine='" ~ service.spine.name ~ "')")) %}
        {% endif %}
        {% for name in service.features if service.index[name].node.unique_id not in graph.nodes[id].depends_on.nodes %}
            {% do errors.append(truepoint._definition_error(graph.nodes[id], graph.nodes[id].name, given='has feature ' ~ name ~ " but not its view (write '" ~ service.index[name].view ~ "' among its views)")) %}
        {% endfor %}
    {% endfor %}
    {{ return(errors) }}
{% endmacro %}
