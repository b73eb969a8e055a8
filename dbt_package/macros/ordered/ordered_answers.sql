{# What the ranks of ordered parts stand for: name of a relation -> {part, column, numbers of the parts}. #}
{% macro _get_things(parts) %}
    {% set things = {} %}
    {% for column, part in parts.ordereds.items() %}
        {% set name = 'event_things' if part.order_by == 'event' else (part.ranking or column) ~ '_things' %}
        {% do things.setdefault(name, {'part': part, 'column': column, 'numbers': []}).numbers.append(truepoint._get_part_number(parts, column)) %}
    {% endfor %}
    {{ return(things) }}
{% endmacro %}

{# CTEs `…_things`: what each rank stands for. For events, these themselves. #}
{% macro _add_things(ctes, view, parts) %}
{% for name, thing in truepoint._get_things(parts).items() if thing.part.order_by != 'event' %}
{% set is_value = thing.part.order_by == 'value' %}
{% call truepoint._add_cte(ctes, name, 'The value that each rank stands for.') %}
select distinct
    {%- for key in view.entity %}
    {{ key }},
    {%- endfor %}
    {{ thing.part.ranking ~ '_rank' if is_value else 'in_order' }} as in_order,
    {{ thing.part.ranking if is_value else thing.column ~ '_value' }} as value
from {{ 'events' if is_value else thing.column ~ '_ranked' }}
{%- if is_value %}
where {{ thing.part.ranking }} is not null
{%- endif %}
{% endcall %}
{% endfor %}
{% endmacro %}

{# CTE `ordered`: the answers of a spine row in one row. #}
{% macro _add_ordered_answers(ctes, view, parts) %}
{% call truepoint._add_cte(ctes, 'ordered', 'The answers of a spine row: what stands at the ranks that its questions have found.') %}
select
    found.spine_id
    {%- for column, part in parts.ordereds.items() %}
    {%- set number = truepoint._get_part_number(parts, column) %}
    {%- set value = 'event_things.' ~ column ~ '_value' if part.order_by == 'event' else (part.ranking or column) ~ '_things.value' %},
    max(case when found.part = {{ number }} then found.how_many end) as {{ column }}_n
    {%- for name, entry in truepoint._get_ordered_entries(view, parts, column).items() %},
    {{ truepoint._get_ordered_value(entry, value, number) }} as {{ name }}
    {%- endfor %}
    {%- endfor %}
from found
{%- for name, thing in truepoint._get_things(parts).items() %}
left join {{ 'events as event_things' if thing.part.order_by == 'event' else name }}
    on
        found.part in ({{ thing.numbers | join(', ') }})
        and {{ truepoint._same_key('found', name, view.entity) }}
        and found.node = {{ name }}.{{ 'event_rank' if thing.part.order_by == 'event' else 'in_order' }}
{%- endfor %}
group by found.spine_id
{% endcall %}
{% endmacro %}

{# The columns of `ordered` that an ordered part's features need: name -> {questions, is_array, is_time}. #}
{% macro _get_ordered_entries(view, parts, column) %}
    {% set entries = {} %}
    {% for feature in view.features %}
        {% set columns = parts.by_feature[feature.name] %}
        {% if columns.column == column %}
            {% set questions = columns.positions.values() | list %}
            {% if feature.type.endswith('[]') %}
                {% do entries.update({truepoint._get_items_name(columns): {'questions': questions, 'is_array': true}}) %}
            {% else %}
                {% for question in questions %}
                    {% set is_time = parts.ordereds[column].order_by == 'event' and not parts.ordereds[column].of %}
                    {% do entries.update({column ~ '_' ~ question: {'questions': [question], 'is_time': is_time}}) %}
                {% endfor %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {{ return(entries) }}
{% endmacro %}

{% macro _get_items_name(columns) %}
    {{ return(columns.column ~ '_' ~ columns.take['from'] ~ '_' ~ columns.take.k) }}
{% endmacro %}

{% macro _get_ordered_value(entry, value, number) %}
    {% set condition = 'found.part = ' ~ number ~ ' and found.question ' ~ ('in (' ~ (entry.questions | join(', ')) ~ ')' if entry.is_array else '= ' ~ entry.questions[0]) %}
    {{ return(truepoint._collected(value, 'found.question', condition) if entry.is_array else truepoint._only_value('event_things.event_time' if entry.is_time else value, condition)) }}
{% endmacro %}

{# SQL of an ordered aggregate's partials over the CTE `ordered`. #}
{% macro _get_ordered_partial(partial, columns) %}
    {% set column = 'ordered.' ~ columns.column %}
    {% do partial.update({'n': column ~ '_n'}) %}
    {% for name, question in columns.positions.items() %}
        {% do partial.update({name: column ~ '_' ~ question}) %}
    {% endfor %}
    {% if columns.take %}
        {% set item = column ~ '_' ~ columns.positions[1] %}
        {% do partial.update({'item': item, 'item_time': item, 'items': 'ordered.' ~ truepoint._get_items_name(columns)}) %}
    {% endif %}
    {{ return(partial) }}
{% endmacro %}
