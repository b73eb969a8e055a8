{# A type as the engine writes it. Definitions name types as Postgres does; see get_value_types(). #}
{% macro sql_type(type) %}
    {{ return(adapter.dispatch('sql_type', 'truepoint')(type)) }}
{% endmacro %}

{% macro default__sql_type(type) %}
    {{ return(type) }}
{% endmacro %}

{% macro spark__sql_type(type) %}
    {% if type.endswith('[]') %}
        {{ return('array<' ~ spark__sql_type(type[:-2]) ~ '>') }}
    {% endif %}
    {{ return({
        'text': 'string',
        'timestamptz': 'timestamp',
        'double precision': 'double',
        'numeric': 'decimal(38, 0)',
        'integer': 'int',
    }.get(type, type)) }}
{% endmacro %}

{% macro typed_null(type) %}
    {{ return('cast(null as ' ~ sql_type(type) ~ ')' if type else 'null') }}
{% endmacro %}
