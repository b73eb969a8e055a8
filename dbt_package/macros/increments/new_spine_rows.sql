{# CTEs of an increment: the spine, and, under `name`, its rows that the table does not have yet. #}
{% macro _add_new_spine_rows(ctes, name, spine_relation, build) %}
{% do truepoint._add_relation(ctes, 'all_spine_rows', truepoint._decisions(spine_relation), 'Who asks, and when.') %}

{% call truepoint._add_cte(ctes, name, 'The rows that the table does not have yet.') %}
select all_spine_rows.*
from all_spine_rows
where
    {{ truepoint._is_new('all_spine_rows.spine_id', build) | indent(4) }}
{% endcall %}
{% endmacro %}
