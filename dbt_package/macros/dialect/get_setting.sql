{#
    A setting of the package: the var `truepoint_<name>` of the project that uses it, or its default. Stops where the var says something else than is
    allowed, so that a slip of the pen does not silently mean another thing.
#}
{% macro _get_setting(name) %}
    {% set error = truepoint._get_setting_error(name) %}
    {% if error %}
        {% do exceptions.raise_compiler_error(error) %}
    {% endif %}
    {{ return(var('truepoint_' ~ name, truepoint._get_settings()[name].default)) }}
{% endmacro %}

{# Name -> {default, pattern, allowed, meaning}. docs/reference.md is written from it. #}
{% macro _get_settings() %}
    {{ return({
        'settling_margin': {
            'default': '5m',
            'pattern': '[1-9][0-9]*[smhd]',
            'allowed': 'a whole number above 0 with one of the units s, m, h, d, such as 5m',
            'meaning': 'rows younger than this are left to the next run; longer than the longest transaction that writes events',
        },
        'training_work_mem': {
            'default': '256MB',
            'pattern': '[1-9][0-9]*(kB|MB|GB|TB)',
            'allowed': 'a whole number above 0 with one of the units kB, MB, GB, TB, such as 256MB',
            'meaning': 'memory in Postgres for each sort and window of a training statement; what needs more goes to disk',
        },
        'parity_rows': {
            'default': 1000,
            'pattern': '[1-9][0-9]*',
            'allowed': 'a whole number above 0, such as 1000',
            'meaning': 'how many rows of each table the tests parity and no_future_knowledge compare',
        },
        'file_format': {
            'default': 'parquet',
            'pattern': 'parquet|orc|delta|iceberg|hudi',
            'allowed': 'parquet, orc, delta, iceberg, hudi',
            'meaning': 'the files of the tables in Spark',
        },
    }) }}
{% endmacro %}

{# What is wrong with a setting, as a sentence; none where all is well. #}
{% macro _get_setting_error(name) %}
    {% set setting = truepoint._get_settings()[name] %}
    {% set given = var('truepoint_' ~ name, setting.default) %}
    {% if given is boolean or not modules.re.fullmatch(setting.pattern, given | string) %}
        {{ return('dbt_project.yml: var truepoint_' ~ name ~ ' is ' ~ tojson(given) ~ ' (allowed: ' ~ setting.allowed ~ ')') }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{# All that is wrong with the settings: list of sentences. #}
{% macro _get_setting_errors() %}
    {% set errors = [] %}
    {% for name in truepoint._get_settings() %}
        {% do errors.append(truepoint._get_setting_error(name)) %}
    {% endfor %}
    {{ return(errors | select | list) }}
{% endmacro %}
