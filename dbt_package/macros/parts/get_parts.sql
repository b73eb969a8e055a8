{#
    What the features of a view are made of, each part once, however many features share it.

    contributions   name -> SQL over one event: what it adds to a sum, null where it adds nothing
    guards          name -> {conditions, adds}: the same in two: what must hold, and what is then added
    sums            column -> {contribution, feature}: a contribution over a window
    distincts       column -> {of, where, feature}: how many values of a column a window holds
    latests         column -> {of, where, feature}: the latest event of a window
    rankings        name -> SQL over one event: values that are put in order, per key
    ordereds        column -> {order_by, ranking, of, where, feature}: what a window holds, in an order
    places          SQL over `n`, of the places in such orders that are asked for; a question is the index of one
    asked           column of `ordereds` -> its questions
    by_feature      feature name -> {partial name: column}; of ordered ones {column, take, positions: {partial name: question}}

    `event` prefixes the event's columns. In sums, distincts and latests, `feature` stands for the window and offset.
#}
{% macro _get_parts(view, event='') %}
    {% set parts = {'contributions': {}, 'guards': {}, 'sums': {}, 'distincts': {}, 'latests': {}, 'rankings': {}, 'ordereds': {}, 'places': [], 'asked': {}, 'by_feature': {}} %}
    {% set names = {} %}
    {% for column, declared in truepoint._get_declared_types(view.events.node).items() %}
        {% set is_own_time = column in [view.events.event_time, view.events.known_at] %}
        {% set is_time = truepoint._get_value_type(declared) == 'timestamptz' and not is_own_time %}
        {% do names.update({column: truepoint._calendar_time(event ~ column) if is_time else truepoint._as_value(event ~ column, declared)}) %}
    {% endfor %}
    {% for feature in view.features %}
        {% set of = names[feature.of] if feature.of else none %}
        {% if feature.of and view.events.columns[feature.of] == 'boolean' %}
            {% set number = 'cast(' ~ of ~ ' as integer)' %}
        {% elif feature.of and view.events.columns[feature.of] == 'numeric' %}
            {% set number = truepoint._in_units(truepoint._finite(of), feature.digits) %}
        {% else %}
            {% set number = of %}
        {% endif %}
        {% set condition = truepoint._render_condition(feature.where, view.events.columns, names) if feature.where else none %}
        {% set where = condition if feature.where in names or not feature.where else '(' ~ condition ~ ')' %}
        {% set subject = [truepoint._get_slug(feature.where) if feature.where else none, feature.of] | select | join('_') %}
        {% set span = feature.window ~ ('_delayed_' ~ feature.offset if feature.offset_seconds else '') %}
        {% set options = {'digits': feature.digits} %}
        {% do options.update(feature.options) %}
        {% set aggregate = truepoint._get_aggregate(feature.aggregate, number, options) %}
        {% set columns = {} %}
        {% if aggregate.plan == 'sums' %}
            {% for partial, added in aggregate.partials.items() %}
                {% set guards = [where, (of if feature.digits else number) ~ ' is not null' if of and added == '1' else none] | select | list %}
                {% set sql = 'case when ' ~ (guards | join(' and ')) ~ ' then ' ~ added ~ ' end' if guards else added %}
                {% set contribution = truepoint._get_unused_name([subject, partial] | select | join('_'), sql, parts.contributions) %}
                {% set column = truepoint._get_short_name(contribution ~ '_' ~ span) %}
                {% do parts.contributions.update({contribution: sql}) %}
                {% do parts.guards.update({contribution: {'conditions': guards, 'adds': added}}) %}
                {% do parts.sums.update({column: {'contribution': contribution, 'feature': feature}}) %}
                {% do columns.update({partial: column}) %}
            {% endfor %}
        {% elif aggregate.plan == 'distinct' %}
            {% set part = {'of': of, 'column': feature.of, 'where': where, 'feature': feature} %}
            {% set column = truepoint._get_unused_name(subject ~ '_values_' ~ span, part, parts.distincts) %}
            {% do parts.distincts.update({column: part}) %}
            {% do columns.update({'distinct': column}) %}
        {% elif aggregate.plan == 'ordered' %}
            {% do columns.update(truepoint._add_ordered_part(parts, view, feature, of, where, subject, span)) %}
        {% else %}
            {% set part = {'of': of, 'column': feature.of, 'where': where, 'feature': feature} %}
            {% set column = truepoint._get_unused_name(['latest', subject, span] | select | join('_'), part, parts.latests) %}
            {% do parts.latests.update({column: part}) %}
            {% do columns.update({'latest': column}) %}
        {% endif %}
        {% do parts.by_feature.update({feature.name: columns}) %}
    {% endfor %}
    {{ return(parts) }}
{% endmacro %}

{# Adds what an ordered feature needs to `parts`, shared with the features that need the same; returns its entry of `by_feature`. #}
{% macro _add_ordered_part(parts, view, feature, of, where, subject, span) %}
    {% set options = {'n': 'n'} %}
    {% do options.update(feature.options) %}
    {% set aggregate = truepoint._get_aggregate(feature.aggregate, of, options) %}
    {% set order_by = aggregate.order_by %}
    {% set type = view.events.columns[feature.of] if feature.of else none %}
    {% set value = truepoint._in_order(of, type) if of and order_by != 'event' else of %}
    {% set ranking = none %}
    {% if order_by == 'value' %}
        {% set ranking = truepoint._get_unused_name(feature.of ~ '_in_order', value, parts.rankings) %}
        {% do parts.rankings.update({ranking: value}) %}
    {% endif %}
    {% set part = {
        'order_by': order_by,
        'ranking': ranking,
        'of': value,
        'column': feature.of,
        'where': where,
        'feature': {
            'window': feature.window,
            'seconds': feature.seconds,
            'offset': feature.offset,
            'offset_seconds': feature.offset_seconds,
            'reach': feature.reach,
        },
    } %}
    {% set by = {'value': 'values', 'event': 'events', 'frequency': 'frequent'}[order_by] %}
    {% set column = truepoint._get_unused_name([subject, by, span] | select | join('_'), part, parts.ordereds) %}
    {% do parts.ordereds.update({column: part}) %}
    {% set asked = parts.asked.setdefault(column, []) %}
    {% set positions = {} %}
    {% for name, place in (truepoint._get_taken_places(aggregate.take) if aggregate.take else aggregate.positions).items() %}
        {% if place not in parts.places %}
            {% do parts.places.append(place) %}
        {% endif %}
        {% set question = parts.places.index(place) %}
        {% if question not in asked %}
            {% do asked.append(question) %}
        {% endif %}
        {% do positions.update({name: question}) %}
    {% endfor %}
    {{ return({'column': column, 'take': aggregate.take, 'positions': positions}) }}
{% endmacro %}

{# The places of the first or last k things: 1, 2, … or n, n - 1, … #}
{% macro _get_taken_places(take) %}
    {% set places = {} %}
    {% for number in range(1, (take.k | int) + 1) %}
        {% do places.update({number: (number | string) if take['from'] == 'first' else ('n' if number == 1 else 'n - ' ~ (number - 1))}) %}
    {% endfor %}
    {{ return(places) }}
{% endmacro %}

{# The name, or the name with a number, where `taken` already holds another definition under it. #}
{% macro _get_unused_name(name, definition, taken) %}
    {% set short = truepoint._get_short_name(name) %}
    {% set state = namespace(name=short, number=1) %}
    {% for _ in taken if state.name in taken and taken[state.name] != definition %}
        {% set state.number = state.number + 1 %}
        {% set state.name = short ~ '_' ~ state.number %}
    {% endfor %}
    {{ return(state.name) }}
{% endmacro %}

{# A name that still fits, with what the plans put before and after it, into the 63 bytes of an identifier. #}
{% macro _get_short_name(name) %}
    {{ return(name if name | length <= 44 else name[:35] ~ '_' ~ local_md5(name)[:8]) }}
{% endmacro %}

{# A condition as a name: kind = 'refund' becomes kind_refund. #}
{% macro _get_slug(condition) %}
    {% set words = [] %}
    {% set signs = {'<>': 'not', '!=': 'not', '<': 'below', '>': 'above', '<=': 'upto', '>=': 'from'} %}
    {% for token in truepoint._get_tokens(condition) %}
        {% do words.append(signs.get(token, modules.re.sub('[^a-z0-9_]+', '_', token | lower).strip('_'))) %}
    {% endfor %}
    {% set slug = words | select | join('_') %}
    {{ return(('if_' if modules.re.match('^[0-9]', slug) else '') ~ (slug if slug | length <= 24 else slug[:15] ~ '_' ~ local_md5(condition)[:8])) }}
{% endmacro %}
