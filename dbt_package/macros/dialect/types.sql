{#
    Types of columns, request fields and features. Here stands, for both engines, what a definition may declare, of what type the values then are to
    the compiler, and what the engine's catalogue calls such a column.
#}
{% macro _get_value_types() %}
    {{ return(['bigint', 'integer', 'smallint', 'numeric', 'double precision', 'boolean', 'text', 'uuid', 'date', 'timestamptz']) }}
{% endmacro %}

{# What may be declared: the types of values, and those whose values are read as text. #}
{% macro _get_declarable_types() %}
    {{ return(truepoint._get_value_types() + ['numeric(p, s)', 'varchar(n)', 'char(n)', 'enum']) }}
{% endmacro %}

{#
    A declared type by its one name, such as varchar(20) for "character varying (20)"; in lower case; none where there is none. What is not known stays
    as it is.
#}
{% macro _get_declared_type(given) %}
    {% if not given or given is not string %}
        {{ return(given or none) }}
    {% endif %}
    {% set type = modules.re.sub('[ \t\n]*([(),])[ \t\n]*', '\\1', given | lower | trim) %}
    {% set type = modules.re.sub('[ \t\n]+', ' ', type) %}
    {% set parts = modules.re.fullmatch('([^()]+)([(][0-9,]+[)])?(.*)', type) %}
    {% if not parts %}
        {{ return(type) }}
    {% endif %}
    {% set name = {
        'int': 'integer', 'int2': 'smallint', 'int4': 'integer', 'int8': 'bigint', 'float8': 'double precision', 'bool': 'boolean',
        'decimal': 'numeric', 'character varying': 'varchar', 'character': 'char', 'timestamp with time zone': 'timestamptz',
    }.get(parts[1], parts[1]) %}
    {% set size = parts[2] or '' %}
    {% if name == 'numeric' and size and ',' not in size %}
        {% set size = size[:-1] ~ ',0)' %}
    {% endif %}
    {{ return(name ~ size ~ parts[3]) }}
{% endmacro %}

{# The type of the values of a column, by what is declared; what is not known stays as it is. #}
{% macro _get_value_type(given) %}
    {% if given in truepoint._get_value_types() %}
        {{ return(given) }}
    {% endif %}
    {% set declared = truepoint._get_declared_type(given) %}
    {% if declared is string and modules.re.fullmatch('(varchar|char)([(][0-9]+[)])?|enum', declared) %}
        {{ return('text') }}
    {% elif declared is string and modules.re.fullmatch('numeric[(][0-9]+(,[0-9]+)?[)]', declared) %}
        {{ return('numeric') }}
    {% endif %}
    {{ return(declared) }}
{% endmacro %}

{# The types of a feature that a definition may state: those of values, and arrays of them. #}
{% macro _get_feature_type(given) %}
    {% set text = given | lower | trim %}
    {{ return(truepoint._get_value_type(text[:-2]) ~ '[]' if text.endswith('[]') else truepoint._get_value_type(text)) }}
{% endmacro %}

{# Types of numbers without rounding. #}
{% macro _get_exact_types() %}
    {{ return(['smallint', 'integer', 'bigint', 'numeric']) }}
{% endmacro %}

{# Types of whole numbers. #}
{% macro _get_whole_types() %}
    {{ return(['smallint', 'integer', 'bigint']) }}
{% endmacro %}

{# Types that an event id may have: of equal event times the greater id is the later one. #}
{% macro _get_id_types() %}
    {{ return(['text', 'uuid', 'bigint', 'integer']) }}
{% endmacro %}

{# Whether columns of a declared type are compared, as they lie, as values of their type are. char(n) ignores blanks at the end, and an enum is no text. #}
{% macro _is_comparable(declared) %}
    {{ return(not modules.re.match('(char|enum)\\b', truepoint._get_declared_type(declared) or '')) }}
{% endmacro %}

{# A column as a value of its type. What is stored as another one, such as char(n), would be compared and ordered by that one's rules. #}
{% macro _as_value(column, declared) %}
    {% if truepoint._get_value_type(declared) == 'date' %}
        {{ return(truepoint._calendar_date(column)) }}
    {% endif %}
    {% set is_text = truepoint._get_value_type(declared) == 'text' and declared != 'text' %}
    {{ return('cast(' ~ column ~ ' as ' ~ truepoint.sql_type('text') ~ ')' if is_text else column) }}
{% endmacro %}

{# An array of values of its type: where its elements are of a domain, the engine would make an array of that. #}
{% macro _as_array(value, type) %}
    {{ return(adapter.dispatch('_as_array', 'truepoint')(value, type)) }}
{% endmacro %}

{% macro spark___as_array(value, type) %}
    {{ return(value) }}
{% endmacro %}

{% macro postgres___as_array(value, type) %}
    {{ return('cast(' ~ value ~ ' as ' ~ type ~ ')' if type.endswith('[]') else value) }}
{% endmacro %}

{#
    Names that the engine's catalogue may give a column that is declared so. Of a domain that is the name of its base type, of any enum `enum`; and with
    its precision where that is declared.
#}
{% macro _get_catalogue_names(declared) %}
    {{ return(adapter.dispatch('_get_catalogue_names', 'truepoint')(declared)) }}
{% endmacro %}

{% macro postgres___get_catalogue_names(declared) %}
    {% set name = declared if declared.startswith('numeric') else declared.split('(')[0] %}
    {{ return([{'timestamptz': 'timestamp with time zone', 'varchar': 'character varying', 'char': 'character'}.get(name, name)]) }}
{% endmacro %}

{% macro spark___get_catalogue_names(declared) %}
    {% if declared.startswith('numeric') %}
        {{ return([declared.replace('numeric', 'decimal')]) }}
    {% elif truepoint._get_value_type(declared) in ['text', 'uuid'] %}
        {{ return(['string', 'varchar', 'char']) }}
    {% endif %}
    {{ return([truepoint.sql_type(declared)]) }}
{% endmacro %}

{# A type as the engine writes it. Definitions name types as Postgres does; see _get_value_types(). #}
{% macro sql_type(type) %}
    {{ return(adapter.dispatch('sql_type', 'truepoint')(type)) }}
{% endmacro %}

{% macro default__sql_type(type) %}
    {{ return(type) }}
{% endmacro %}

{% macro spark__sql_type(type) %}
    {% if type.endswith('[]') %}
        {{ return('array<' ~ truepoint.spark__sql_type(type[:-2]) ~ '>') }}
    {% elif type.startswith('numeric(') %}
        {{ return(type.replace('numeric', 'decimal').replace(',', ', ')) }}
    {% endif %}
    {{ return({
        'text': 'string',
        'uuid': 'string',
        'timestamptz': 'timestamp',
        'double precision': 'double',
        'numeric': 'decimal(38, 0)',
        'integer': 'int',
    }.get(type, type)) }}
{% endmacro %}

{% macro _typed_null(type) %}
    {{ return('cast(null as ' ~ truepoint.sql_type(type) ~ ')' if type else 'null') }}
{% endmacro %}

{# Types whose values have an order, for `accepts`: the feature has the type of `of`. #}
{% macro get_orderable_types() %}
    {{ return({
        'smallint': 'same',
        'integer': 'same',
        'bigint': 'same',
        'numeric': 'same',
        'double precision': 'same',
        'text': 'same',
        'uuid': 'same',
        'date': 'same',
        'timestamptz': 'same',
    }) }}
{% endmacro %}
