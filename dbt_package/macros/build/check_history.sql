{#
    Has the history of an event relation changed since the last build, from outside: rows written with a past known time, rows gone or changed, a table
    restored? Then the tables over it do not hold what they would hold if they were built today, and a new epoch begins, so that they are built anew.

    For each event relation, table `truepoint_history` in the target's schema keeps what its settled history was when the tables over it were last
    built: how many events were known by then, and a digest of all their values, whatever their order. The next build reads that history again and
    compares. It is read before any row is built: what changes in between is found by the build after it.

    The view of an event relation is looked at as it stands before a run, if it is the one that was looked at the last time. What this run makes
    itself (a view that is new or whose SQL has changed, or a table) is looked at when it is there: as the first table over it is built.
#}
{% macro _check_histories_before_run() %}
    {% if truepoint._may_ask_database() and flags.WHICH in ['run', 'build'] %}
        {% set asked = [] %}
        {% for id in selected_resources if id in graph.nodes and truepoint._is_versioned(graph.nodes[id]) %}
            {% do asked.extend(truepoint._get_events_upstream(graph.nodes[id]) | reject('in', asked) | list) %}
        {% endfor %}
        {% for node in asked if node.config.materialized == 'view' %}
            {% do truepoint._check_history(node, true) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# The event relations that a model reads, itself or through other models. #}
{% macro _get_events_upstream(node) %}
    {% set found = [] %}
    {% set models = [node] %}
    {% for model in models %}
        {# `models` grows while it is walked. #}
        {% if truepoint._get_meta(model).get('events') is not none %}
            {% do found.append(model) %}
        {% endif %}
        {% for id in model.depends_on.nodes if id in graph.nodes and graph.nodes[id] not in models %}
            {% do models.append(graph.nodes[id]) %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{# The same for the event relations under one model. Each is looked at once a run. #}
{% macro _check_histories_of(node) %}
    {% for events in truepoint._get_events_upstream(node) %}
        {% do truepoint._check_history(events, false) %}
    {% endfor %}
{% endmacro %}

{% macro _check_history(node, is_before_run) %}
    {{ return(adapter.dispatch('_check_history', 'truepoint')(node, is_before_run)) }}
{% endmacro %}

{# The export of a lake starts a new generation when history has changed; tables of Spark's own catalogue are taken as they are. #}
{% macro spark___check_history(node, is_before_run) %}
{% endmacro %}

{% macro postgres___check_history(node, is_before_run) %}
    {% set checked = graph.setdefault('truepoint_checked_histories', {}) %}
    {% if node.unique_id not in checked %}
        {# Threads look one after the other; what one has found the others read. The lock ends with the transaction. #}
        {% do run_query('select pg_advisory_xact_lock(7305437176)') %}
        {% set first_epoch = graph.setdefault('truepoint_first_epoch', truepoint._get_epoch()) %}
        {% set table = truepoint._get_history_table() %}
        {% set version = local_md5(truepoint._get_upstream_text(node)) %}
        {% set stored = truepoint._get_stored_history(table, node) %}
        {% set is_same_view = stored is not none and stored.version == version %}
        {% set is_lost = stored is none and truepoint._has_tables_over(node) %}
        {% if stored is not none and stored.run == invocation_id %}
            {% do checked.update({node.unique_id: true}) %}
            {% do run_query(truepoint._commit()) %}
        {% elif is_before_run and not ((is_same_view or is_lost) and truepoint._is_there(node)) %}
            {% do run_query(truepoint._commit()) %}
        {% else %}
            {% do truepoint._begin_after_stored(stored) %}
            {% if is_lost %}
                {% do truepoint._tell_epoch(
                    'What ' ~ node.name ~ ' (' ~ truepoint._get_relation_name(node) ~ ') was when the tables over it were built is not known: ' ~ table
                    ~ ' has no row of it. Were the tables restored without it?'
                ) %}
            {% endif %}
            {% do truepoint._compare_history(node, table, version, stored if is_same_view else none, first_epoch) %}
            {% do checked.update({node.unique_id: true}) %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# Starts an epoch, and says so. What this run has looked at already is looked at in the new one: the tables over it are built in it too. #}
{% macro _tell_epoch(sentence) %}
    {% do truepoint._start_epoch(sentence) %}
    {% do run_query(
        'update ' ~ truepoint._get_history_table() ~ ' set epoch = ' ~ truepoint._get_epoch() ~ ' where run = ' ~ truepoint._render_literal(invocation_id)
    ) %}
    {% do exceptions.warn(sentence ~ ' Epoch ' ~ truepoint._get_epoch() ~ ' begins: the tables over it are built anew.') %}
{% endmacro %}

{# Where the count of epochs was set back, by a restore of schema truepoint, its numbers would come again: tables of another history would look current. #}
{% macro _begin_after_stored(stored) %}
    {% set epoch = truepoint._get_epoch() %}
    {% if stored is not none and stored.epoch > epoch %}
        {% for missing in range(stored.epoch - epoch) %}
            {% do truepoint._start_epoch('Takes the number of an epoch that was lost.') %}
        {% endfor %}
        {% do truepoint._tell_epoch(
            'Tables were built in epoch ' ~ stored.epoch ~ ', and truepoint.epochs ended at ' ~ epoch ~ ': was it restored, or another database put in its place?'
        ) %}
    {% endif %}
{% endmacro %}

{# Whether there is a table over an event relation that would only get new rows: built from today's definitions, in this epoch. #}
{% macro _has_tables_over(events) %}
    {% set epoch = truepoint._get_epoch() %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and truepoint._is_versioned(node) and events in truepoint._get_events_upstream(node) %}
        {% set built = truepoint._get_built(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) %}
        {% if built is not none and built[1] == epoch and built[0] == truepoint._get_table_version(node) %}
            {{ return(true) }}
        {% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{#
    Reads the history, starts an epoch where it is not what it was, and keeps what it is now. Ends the transaction. Where an epoch has begun since the last
    look, by this run for another relation or by a loader, that one serves, unless a table over this relation has been built in it meanwhile.
#}
{% macro _compare_history(node, table, version, stored, first_epoch) %}
    {% set found = run_query(truepoint._history_query(node, stored)).rows[0] %}
    {% set epoch = truepoint._get_epoch() %}
    {% set is_changed = stored is not none and [found['then_events'] | string, found['then_digest'] | string] != [stored.events, stored.digest] %}
    {% if is_changed and (stored.epoch == epoch or truepoint._has_tables_over(node)) %}
        {% do truepoint._tell_epoch(truepoint._get_changed_sentence(node, stored, found['then_events'] | int)) %}
        {% set epoch = truepoint._get_epoch() %}
    {% elif is_changed and stored.epoch == first_epoch %}
        {% do exceptions.warn(
            truepoint._get_changed_sentence(node, stored, found['then_events'] | int)
            ~ ' Epoch ' ~ epoch ~ ' has begun in this run already: the tables over it are built anew.'
        ) %}
    {% endif %}
    {% do run_query(
        'insert into ' ~ table ~ ' values (' ~ ([
            truepoint._render_literal(node.unique_id), truepoint._render_literal(version), epoch | string,
            "timestamptz '" ~ found['settled_at'] ~ "'", found['events'] | string, found['digest'] | string, truepoint._render_literal(invocation_id),
        ] | join(', ')) ~ ') on conflict (relation) do update set version = excluded.version, epoch = excluded.epoch,'
        ~ ' settled_at = excluded.settled_at, events = excluded.events, digest = excluded.digest, run = excluded.run;\n' ~ truepoint._commit()
    ) %}
{% endmacro %}

{# One scan: the events that are settled now, and those that were when the stored history was read. Their digest is a sum, so their order is nothing to it. #}
{% macro _history_query(node, stored) %}
{%- set events = truepoint._get_events(node) -%}
{%- set then = "known_at <= timestamptz '" ~ stored.settled_at ~ "'" if stored is not none else 'false' -%}
-- How much of {{ events.name }} is settled, and was at the last build.
with events as (
    select
        {{ truepoint._get_known_time(events) }} as known_at,
        hash_record_extended(row({{ events.columns | join(', ') }}), 0) as digest
    from {{ events.relation }}
)

select
    cast({{ truepoint.settled_time() }} at time zone 'UTC' as text) || '+00' as settled_at,
    cast(count(*) filter (where known_at <= {{ truepoint.settled_time() }}) as text) as events,
    cast(coalesce(sum(digest) filter (where known_at <= {{ truepoint.settled_time() }}), 0) as text) as digest,
    cast(count(*) filter (where {{ then }}) as text) as then_events,
    cast(coalesce(sum(digest) filter (where {{ then }}), 0) as text) as then_digest
from events
{%- endmacro %}

{% macro _get_changed_sentence(node, stored, events) %}
    {% set more = events - (stored.events | int) %}
    {{ return(
        'The history of ' ~ node.name ~ ' (' ~ truepoint._get_relation_name(node) ~ ') has changed since the last build: of the events known by '
        ~ stored.settled_at ~ ', ' ~ ((more | string) ~ ' more are' if more > 0 else ((-more) | string) ~ ' fewer are' if more < 0 else 'as many are')
        ~ ' there' ~ (', with other values' if more == 0 else '') ~ '. Was a row updated in place, deleted, restored, or written with a past known time?'
        ~ ' Features over a column that changes let training see the future: docs/adopt.md, own tables.'
    ) }}
{% endmacro %}

{# What is kept of a relation: {version, epoch, settled_at, events, digest, run}, numbers as texts but for the epoch; none where nothing is. #}
{% macro _get_stored_history(table, node) %}
    {% set rows = run_query(
        "select version, epoch, cast(settled_at at time zone 'UTC' as text) || '+00' as settled_at, cast(events as text) as events,"
        ~ ' cast(digest as text) as digest, run from ' ~ table ~ ' where relation = ' ~ truepoint._render_literal(node.unique_id)
    ).rows %}
    {% if not rows | length %}
        {{ return(none) }}
    {% endif %}
    {{ return({
        'version': rows[0]['version'], 'epoch': rows[0]['epoch'] | int, 'settled_at': rows[0]['settled_at'],
        'events': rows[0]['events'] | string, 'digest': rows[0]['digest'] | string, 'run': rows[0]['run'],
    }) }}
{% endmacro %}

{# The table that keeps them, made where it is not there. #}
{% macro _get_history_table() %}
    {% set table = adapter.quote(target.schema) ~ '.truepoint_history' %}
    {% if run_query('select to_regclass(' ~ truepoint._render_literal(table) ~ ')').rows[0][0] is none %}
        {% if not run_query('select 1 from pg_namespace where nspname = ' ~ truepoint._render_literal(target.schema)).rows | length %}
            {% do run_query('create schema ' ~ adapter.quote(target.schema)) %}
        {% endif %}
        {% do run_query(
            'create table ' ~ table ~ ' (relation text primary key, version text not null, epoch bigint not null, settled_at timestamptz not null,'
            ~ ' events bigint not null, digest numeric not null, run text not null)'
        ) %}
    {% endif %}
    {{ return(table) }}
{% endmacro %}

{% macro _is_there(node) %}
    {{ return(run_query('select to_regclass(' ~ truepoint._render_literal(truepoint._get_relation_name(node)) ~ ')').rows[0][0] is not none) }}
{% endmacro %}

{# A new epoch, in the table that loaders and guards count theirs in. #}
{% macro _start_epoch(cause) %}
    {% if run_query("select to_regclass('truepoint.epochs')").rows[0][0] is none %}
        {% do run_query('create schema if not exists truepoint') %}
        {% do run_query(
            'create table truepoint.epochs (epoch bigint generated always as identity primary key,'
            ~ ' started_at timestamptz not null default clock_timestamp(), cause text not null)'
        ) %}
    {% endif %}
    {% if not run_query("select has_table_privilege('truepoint.epochs', 'insert')").rows[0][0] %}
        {% do exceptions.raise_compiler_error(
            cause ~ ' The tables over it must be built anew, and role ' ~ target.user ~ ' may not start an epoch (allowed: grant insert on truepoint.epochs to '
            ~ adapter.quote(target.user) ~ '; or, as a role that may, truepoint epoch --because "…"; then build again)'
        ) %}
    {% endif %}
    {% do run_query('insert into truepoint.epochs (cause) values (' ~ truepoint._render_literal(cause) ~ ')') %}
{% endmacro %}

{# Ends the transaction, and begins another: dbt goes on in the belief that one is open, and what it sets for a transaction would else be lost. #}
{% macro _commit() %}
    {{ return('commit;\nbegin') }}
{% endmacro %}
