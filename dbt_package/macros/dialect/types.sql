{# Types of columns, request fields and features. #}
{% macro _get_value_types() %}
    {{ return(['bigint', 'integer', 'numeric', 'double precision', 'boolean', 'text', 'timestamptz']) }}
{% endmacro %}

{# A type as the engine writes it. Definitions name types as Postgres does; see get_value_types(). #}
{% macro sql_type(type) %}
    {{ return(adapter.dispatch('sql_type', 'truepoint')(type)) }}
{% endmacro %}

{% macro default__sql_type(type) %}
    {{ return(type) }}
{% endmacro %}

{% macro spark__sql_type(type) %}
    {% if type.endswith('[]') %}
        {{ return('array<' ~ truepoint.spark__sql_type(type[:-2]) ~ '>') }}
    {% endif %}
    {{ return({
        'text': 'string',
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
        'integer': 'same',
        'bigint': 'same',
        'numeric': 'same',
        'double precision': 'same',
        'text': 'same',
        'timestamptz': 'same',
    }) }}
{% endmacro %}
