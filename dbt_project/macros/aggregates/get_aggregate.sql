{#
    An aggregate is one file in this folder, with one macro `aggregate_<name>(of, partial)`, that returns its algebra:

    accepts    type of `of` -> type of the feature. Key 'none': works without `of`; 'any': every other type; value 'same': as `of`.
    plan       how it is computed:
               'sums'      adds numbers up; the plans can also take them away again
               'distinct'  counts values
               'latest'    takes the latest event, by (event time, event id)
    is_never_null  given where the value is 0, not null, when nothing was seen
    partials   only for 'sums': name -> what one event adds. An event whose `of` is null adds nothing.
    value      the feature, over its partials. `partial` gives each partial's SQL by name:
               'sums'      the names in `partials`, all exact numbers, 0 where nothing was seen
               'distinct'  distinct: number of values
               'latest'    event_time and value (`of`) of the latest event, null without one; as_of
#}

{% macro get_aggregate(name, of=none, partial={}) %}
    {% set aggregate = context.get('aggregate_' ~ name) %}
    {{ return(aggregate(of, partial) if aggregate else none) }}
{% endmacro %}

{% macro get_aggregate_names() %}
    {% set names = [] %}
    {% for macro_name in context.keys() if macro_name.startswith('aggregate_') %}
        {% do names.append(macro_name[('aggregate_' | length):]) %}
    {% endfor %}
    {{ return(names | sort) }}
{% endmacro %}

{# The feature's type for an input type (none: no `of`); none where the aggregate does not accept it. #}
{% macro get_aggregate_type(name, of_type) %}
    {% set accepts = get_aggregate(name).accepts %}
    {% if of_type is none %}
        {{ return(accepts.get('none')) }}
    {% endif %}
    {% set type = accepts.get(of_type, accepts.get('any')) %}
    {{ return(of_type if type == 'same' else type) }}
{% endmacro %}
