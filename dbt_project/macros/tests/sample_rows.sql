{# A sample of a relation that is the same in every run: the rows whose spine_id has the least digests. #}
{% macro sample_rows(relation, rows) %}
    select *
    from {{ relation }}
    order by md5(spine_id), spine_id
    limit {{ rows }}
{%- endmacro %}

{#
    Rows of `offline` and `online` that differ in one of the columns. Both have spine_id; `offline` leads, so that a row that `online` lost is
    found. An empty sample is a failure too: it would prove nothing.
#}
{% macro differing_rows(offline, online, columns) %}
differences as (
    select
        offline.spine_id
        {%- for column in columns %},
        offline.{{ column }} as {{ column }}__offline,
        online.{{ column }} as {{ column }}__online
        {%- endfor %}
    from {{ offline }} as offline
    left join {{ online }} as online
        on offline.spine_id = online.spine_id
    where
        online.spine_id is null
        {%- for column in columns %}
        or {{ is_distinct('offline.' ~ column, 'online.' ~ column) }}
        {%- endfor %}
)
{%- endmacro %}

{# The sample's rows as request rows of an online statement. #}
{% macro request_sample(service, sample) %}
    select
        spine_id
        {%- for parameter in get_parameters(service) %},
        {{ parameter.name }}
        {%- endfor %}
    from {{ sample }}
{%- endmacro %}
