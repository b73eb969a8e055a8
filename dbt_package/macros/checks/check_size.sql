{#
    Whether a view is too large for Postgres, told before anything is worked out for it. A row of a table holds some thousand numbers (8,160 bytes),
    and a select 1,600 columns: those of the plan are what its sums add, what of it has arrived and what each window has left behind.
#}
{% macro _get_size_errors(node) %}
    {% set features = [] %}
    {% for column in node.columns.values() if truepoint._get_meta(column).get('feature') is mapping %}
        {% do features.append(truepoint._get_meta(column).feature) %}
    {% endfor %}
    {% if features | length > truepoint._get_most_features() %}
        {{ return([truepoint._definition_error(
            node, node.name,
            given='has ' ~ (features | length) ~ ' features',
            allowed='at most ' ~ truepoint._get_most_features() ~ ', since a row of Postgres holds no more; put the others into a second view',
        )]) }}
    {% endif %}
    {% set columns = {} %}
    {% set shapes = {} %}
    {% for feature in features if feature.aggregate in truepoint._get_aggregate_names() %}
        {% if feature.aggregate not in shapes %}
            {% set aggregate = truepoint._get_aggregate(feature.aggregate, 'of', truepoint._get_feature_options()) %}
            {% do shapes.update({feature.aggregate: aggregate.partials | list if aggregate.plan == 'sums' else []}) %}
        {% endif %}
        {% for partial in shapes[feature.aggregate] or [feature.aggregate] %}
            {% set added = (partial, feature.of, feature.where) %}
            {% do columns.update({added: true, added + (feature.offset,): true, added + (feature.offset, feature.window): true}) %}
        {% endfor %}
    {% endfor %}
    {% if columns | length > 1550 %}
        {{ return([truepoint._definition_error(
            node, node.name,
            given='has features that need ' ~ (columns | length) ~ ' columns while they are computed',
            allowed='at most 1550 of the 1,600 that Postgres has; put some of them into a second view',
        )]) }}
    {% endif %}
    {{ return([]) }}
{% endmacro %}

{# How many features a view, or a service, may have. #}
{% macro _get_most_features() %}
    {{ return(900) }}
{% endmacro %}

{# A window, with its offset, that reaches farther back than all engines can compute. #}
{% macro _get_reach_errors(node, subject, feature) %}
    {% set window = truepoint.get_seconds(feature.get('window')) or 0 %}
    {% set offset = truepoint.get_seconds(feature.get('offset')) or 0 %}
    {% if window + offset > truepoint.get_seconds(truepoint._get_longest_reach()) %}
        {% set given = ('window is ' ~ feature.window if window else '') ~ (' and ' if window and offset else '') ~ ('offset is ' ~ feature.offset if offset else '') %}
        {{ return([truepoint._definition_error(
            node, subject,
            given=given,
            allowed='at most ' ~ truepoint._get_longest_reach() ~ ' together, or window: lifetime',
        )]) }}
    {% endif %}
    {{ return([]) }}
{% endmacro %}
