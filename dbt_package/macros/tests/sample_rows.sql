{# A sample of a relation that is the same in every run: the rows whose spine_id has the least digests. #}
{% macro _sample_rows(relation, rows) %}
    select *
    from {{ truepoint._decisions(relation) | indent(4) }}
    order by md5(spine_id), spine_id
    limit {{ rows }}
{%- endmacro %}

{#
    Adds the CTEs that compare a table with what the online form answers for the spine rows in `sample`, a select of rows of the service's spine. The spine
    leads: a row that the table or the answer lost is found, and so is a key, time or request field that is not the spine's. What the answer says of a key
    (found__*) is held to the events themselves. The last is `differences`.

    events_of   as in online_features()
#}
{% macro _add_comparison(ctes, relation, service, sample, events_of={}) %}
{%- set given = ['as_of'] + (['event_id'] if service.exposure is defined else []) + (truepoint._get_columns_asked(service) | list) -%}
{% call truepoint._add_cte(ctes, 'requests', 'The rows compared: a sample of the spine.') %}
{{ sample }}
{% endcall %}

{% call truepoint._add_cte(ctes, 'offline', 'What the table holds for them.') %}
select table_rows.*
from {{ relation }} as table_rows
inner join requests
    on table_rows.spine_id = requests.spine_id
{% endcall %}

{% call truepoint._add_cte(ctes, 'online', 'What the online statement answers for them.') %}
{{ truepoint._online_features(service, truepoint._request_sample(service, 'requests'), events_of, 'spine_id') }}
{% endcall %}

{% call truepoint._add_cte(ctes, 'known_keys', 'What the answer must say of the keys, by the events themselves.') %}
select
    requests.spine_id
    {%- for view in service.views %},
    {{ truepoint._knows_key(view, 'requests.') | indent(4) }} as found__{{ view.name }}
    {%- endfor %}
from requests
{% endcall %}

{% call truepoint._add_cte(ctes, 'differences', 'Where the two are not the same row, bit for bit.') %}
select
    requests.spine_id
    {%- for name in service.features %},
    offline.{{ name }} as {{ name }}__offline,
    online.{{ name }} as {{ name }}__online
    {%- endfor %}
from requests
left join offline
    on requests.spine_id = offline.spine_id
left join online
    on requests.spine_id = online.spine_id
left join known_keys
    on requests.spine_id = known_keys.spine_id
where
    offline.spine_id is null
    or online.spine_id is null
    {%- for name in given %}
    or {{ truepoint.is_distinct('requests.' ~ name, 'offline.' ~ name) }}
    {%- endfor %}
    {%- for name in service.features %}
    or {{ truepoint.is_distinct('offline.' ~ name, 'online.' ~ name) }}
    {%- endfor %}
    {%- for view in service.views %}
    or {{ truepoint.is_distinct('online.found__' ~ view.name, 'known_keys.found__' ~ view.name) }}
    {%- endfor %}
{% endcall %}
{% endmacro %}

{# The sample's rows as request rows of an online statement. #}
{% macro _request_sample(service, sample) %}
    select
        spine_id
        {%- for parameter in truepoint._get_parameters(service) %},
        {{ parameter.name }}
        {%- endfor %}
    from {{ sample }}
{%- endmacro %}
