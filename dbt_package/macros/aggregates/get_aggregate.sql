{#
    An aggregate is one file in this folder, with one macro `aggregate_<name>(of, partial)`, or a macro `truepoint_aggregate_<name>(of, partial)` of
    the project that uses the package. It returns its algebra:

    accepts    type of `of` -> type of the feature. Key 'none': works without `of`; 'any': every other type; value 'same': as `of`; 'array': an
               array of such.
    options    names of further keys of the definition, of those in get_feature_options(); `partial` gives their values
    plan       how it is computed:
               'sums'      adds numbers up; the plans can also take them away again
               'distinct'  counts values
               'latest'    takes the latest event, by (event time, known time, event id)
               'ordered'   takes something at a place in an order
    is_never_null  given where the value is 0, not null, when nothing was seen
    takes_digits  only for 'sums', given where `value` is right also when the partials are whole units of a decimal's last digit, as `partial.digits` says
    partials   only for 'sums': name -> what one event adds. An event whose `of` is null adds nothing.
    order_by   only for 'ordered': what stands in order:
               'value'      the values of `of`, null left out; text by its bytes
               'event'      the events, by (event time, known time, event id)
               'frequency'  the different values of `of`, null left out, the most frequent first; of equally frequent ones the lesser
    take       for 'ordered': {from, k}: the `k` first, or last, in that order
    positions  for 'ordered', instead of take: name -> SQL of a place, counted from 1, over `partial.n`, the number of things in order
    value      the feature, over its partials. `partial` gives each partial's SQL by name:
               'sums'      the names in `partials`, all exact numbers, 0 where nothing was seen
               'distinct'  distinct: number of values
               'latest'    event_time and value (`of`) of the latest event, null without one; as_of
               'ordered'   with `take`: item, the first that is taken, and, of an event, item_time; where k is not 1, items: an array, null where
                           nothing is in order. With `positions`: their names, null where nothing stands there; n. Always as_of
#}
{% macro _get_aggregate(name, of=none, partial={}) %}
    {% set aggregate = context['truepoint'].get('aggregate_' ~ name) or context.get('truepoint_aggregate_' ~ name) %}
    {{ return(aggregate(of, partial) if aggregate else none) }}
{% endmacro %}

{% macro _get_aggregate_names() %}
    {# By one search each: a project has a thousand names and more. #}
    {% set names = modules.re.findall('(?m)^aggregate_(.+)', context['truepoint'].keys() | join('\n')) %}
    {% set names = names + modules.re.findall('(?m)^truepoint_aggregate_(.+)', context.keys() | join('\n')) %}
    {{ return(names | unique | sort) }}
{% endmacro %}

{# The feature's type for an input type (none: no `of`), under the definition's options; none where the aggregate does not accept it. #}
{% macro _get_aggregate_type(name, of_type, options={}) %}
    {% set accepts = truepoint._get_aggregate(name, none, options).accepts %}
    {% if of_type is none %}
        {{ return(accepts.get('none')) }}
    {% endif %}
    {% set type = accepts.get(of_type, accepts.get('any')) %}
    {{ return({'same': of_type, 'array': of_type ~ '[]'}.get(type, type)) }}
{% endmacro %}

{# What an option of an aggregate may say: name -> {pattern, allowed, default}; without a default it must be given. #}
{% macro _get_feature_options() %}
    {{ return({
        'k': {'pattern': '[1-9][0-9]?|100', 'allowed': 'a whole number from 1 to 100'},
        'fraction': {'pattern': '0([.][0-9]{1,6})?|1([.]0{1,6})?', 'allowed': 'a number from 0 to 1 with at most six digits after the point, such as 0.95'},
        'method': {'pattern': 'discrete|continuous', 'allowed': 'discrete, continuous', 'default': 'discrete'},
    }) }}
{% endmacro %}
