{#
    Adds a CTE to a list, by a call block whose text is its body:

        {% call truepoint._add_cte(ctes, 'events', 'The events that can ever count.') %}
        select …
        {% endcall %}

    comment   what the CTE does, for who reads the compiled SQL; each further line of it is a line there
    computed  'once' where the engine must not compute it again for each use, 'in place' where it should; none leaves that to the engine
    reads_itself  whether the body is a recursion
#}
{% macro _add_cte(ctes, name, comment, computed=none, reads_itself=false) %}
    {% do ctes.append({'name': name, 'comment': comment, 'computed': computed, 'reads_itself': reads_itself, 'body': truepoint._set_at_margin(caller())}) %}
{% endmacro %}

{# The same for a body that is a CTE of this kind: all columns and rows of a relation. #}
{% macro _add_relation(ctes, name, relation, comment) %}
    {% do ctes.append({'name': name, 'comment': comment, 'computed': none, 'reads_itself': false, 'body': 'select * from ' ~ relation}) %}
{% endmacro %}

{# A statement of CTEs and a last select. CTEs that nothing reads do not appear. #}
{% macro _statement(ctes, last) %}
    {% set texts = [] %}
    {% set read = truepoint._get_ctes_read(ctes, last) %}
    {% for cte in read %}
        {% do texts.append(
            '-- ' ~ cte.comment.replace('\n', '\n-- ') ~ '\n'
            ~ cte.name ~ ' as' ~ truepoint._cte_hint(cte.computed) ~ ' (\n' ~ (cte.body | indent(4, true)) ~ '\n)'
        ) %}
    {% endfor %}
    {{ return('with' ~ (' recursive' if read | selectattr('reads_itself') | list else '') ~ '\n\n' ~ (texts | join(',\n\n')) ~ '\n\n' ~ truepoint._set_at_margin(last)) }}
{% endmacro %}

{# The CTEs of a list that the last select needs, in their order. Each is read by those after it alone. #}
{% macro _get_ctes_read(ctes, last) %}
    {% set read = [] %}
    {% set readers = [last] %}
    {% for cte in ctes | reverse %}
        {% if modules.re.search('\\b(?:from|join)\\s+' ~ cte.name ~ '\\b', readers | join('\n')) %}
            {% do read.insert(0, cte) %}
            {% do readers.append(cte.body) %}
        {% endif %}
    {% endfor %}
    {{ return(read) }}
{% endmacro %}

{# What CTEs say, for a digest: without comments, of which no value depends. #}
{% macro _get_text_of_ctes(ctes) %}
    {% set texts = [] %}
    {% for cte in ctes %}
        {% do texts.append(cte.name ~ '\n' ~ cte.body) %}
    {% endfor %}
    {{ return(texts | join('\n')) }}
{% endmacro %}

{# SQL without the blank lines around it, and without the margin that its first line has. #}
{% macro _set_at_margin(sql) %}
    {% set sql = modules.re.sub('^\\s*\\n', '', sql | string).rstrip() %}
    {% set margin = sql | length - sql.lstrip(' ') | length %}
    {{ return(modules.re.sub('(?m)^ {' ~ margin ~ '}', '', sql) if margin else sql) }}
{% endmacro %}

{% macro _cte_hint(computed) %}
    {{ return(adapter.dispatch('_cte_hint', 'truepoint')(computed)) }}
{% endmacro %}

{# SQL has no word for it: such an engine decides by itself. #}
{% macro default___cte_hint(computed) %}
    {{ return('') }}
{% endmacro %}

{% macro postgres___cte_hint(computed) %}
    {{ return({'once': ' materialized', 'in place': ' not materialized'}.get(computed, '')) }}
{% endmacro %}
