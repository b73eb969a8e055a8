"""The base tables under every event relation: their known times, guards, changes and storage settings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import asyncpg

from truepoint.compiled.registry import Registry, Relation, parse_relation_name
from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.changes import examine_changes
from truepoint.postgres.doctor.findings import Finding
from truepoint.postgres.doctor.guard import examine_guard
from truepoint.postgres.doctor.history import examine_history
from truepoint.postgres.doctor.known_times import examine_known_times
from truepoint.postgres.doctor.origins import Origin, column_under, find_origins
from truepoint.postgres.doctor.span import examine_span

OUR_SCHEMA: Final = "payments"
WANTED_INSERT_SCALE_FACTOR: Final = 0.01
HIGHEST_INSERT_SCALE_FACTOR: Final = 0.05

# Those that hold rows: a partitioned parent stores nothing and takes no storage setting.
_STORED: Final = """
select
    format('%I.%I', schemas.nspname, parts.relname) as rendered,
    (
        select options.option_value::float8 from pg_catalog.pg_options_to_table(parts.reloptions) as options
        where options.option_name = 'autovacuum_vacuum_insert_scale_factor'
    ) as insert_scale_factor,
    coalesce((
        select options.option_value::boolean from pg_catalog.pg_options_to_table(parts.reloptions) as options
        where options.option_name = 'autovacuum_enabled'
    ), true) as is_vacuumed
from pg_catalog.pg_class as roots
inner join pg_catalog.pg_namespace as root_schemas on root_schemas.oid = roots.relnamespace
left join lateral pg_catalog.pg_partition_tree(roots.oid) as tree on true  -- no row for a plain table
inner join pg_catalog.pg_class as parts on parts.oid = coalesce(tree.relid::oid, roots.oid) and parts.relkind = 'r'
inner join pg_catalog.pg_namespace as schemas on schemas.oid = parts.relnamespace
where root_schemas.nspname = $1 and roots.relname = $2
order by 1
"""


@dataclass(frozen=True)
class EventTable:
    """A base table that gives an event relation its known times. known_at: its column, if it is one and no more.

    known_at_shown, event_time_shown: the expressions over the table. reads: the table's columns that features may see.
    """

    relation: Relation
    schema: str
    table: str
    known_at: str | None
    known_at_shown: str
    event_time_shown: str | None
    reads: frozenset[str]

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def is_event_time(self) -> bool:
        """Say whether the known time is the event time: no lateness is modelled."""
        return self.known_at_shown == self.event_time_shown


async def examine_event_tables(
    connection: AsyncpgConnection,
    registry: Registry,
    *,
    told: frozenset[str],
    mutable: Mapping[str, frozenset[str]],
) -> list[Finding]:
    """Look at every table under every event relation, each once. told: relations that are known not to be as needed.

    mutable: by relation, columns of the tables under it that may be updated in place.
    """
    findings: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    surveyed = [(relation, await _origins(connection, relation)) for relation in _relations(registry)]
    may_change = _unread([(relation, found) for relation, found in surveyed if isinstance(found, list)], mutable)
    for relation, origins in surveyed:
        name = str(relation.relation_name)
        if isinstance(origins, asyncpg.PostgresError):
            if name not in told:
                message = f"the tables under it could not be looked at: {origins}"
                findings.append(Finding("guard", name, is_ok=False, message=message))
            continue
        tables = [_event_table(relation, origin) for origin in origins if relation.known_at in origin.expressions]
        if not tables and name not in told:
            message = f"{relation.known_at} is computed over several rows or tables: no guard can hold it, and no check"
            findings.append(Finding("known times", name, is_ok=False, message=message))
        if name not in told:
            findings.append(await examine_span(connection, relation))
        for table in tables:
            place = (table.schema, table.table)
            if place not in seen:
                seen.add(place)
                findings += await _examine_table(connection, table, mutable=may_change.get(place, frozenset()))
    for relation, origins in surveyed:
        for origin in origins if isinstance(origins, list) else ():
            place = (origin.schema, origin.table)
            if place not in seen and origin.expressions:
                seen.add(place)
                findings.append(await _examine_joined(connection, relation, origin, may_change.get(place, frozenset())))
    return findings


async def _origins(connection: AsyncpgConnection, relation: Relation) -> list[Origin] | asyncpg.PostgresError:
    columns = tuple(dict.fromkeys((*relation.columns, relation.event_time, relation.known_at)))
    try:
        return await find_origins(connection, relation.relation_name, columns)
    except asyncpg.PostgresError as error:
        return error


def _unread(
    surveyed: Sequence[tuple[Relation, list[Origin]]], mutable: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], frozenset[str]]:
    """The columns of each table that are called mutable. A table of which an event relation reads one is left out."""
    declared = {parse_relation_name(name): columns for name, columns in mutable.items()}
    columns: dict[tuple[str, str], set[str]] = {}
    expressions: dict[tuple[str, str], list[str]] = {}
    for relation, origins in surveyed:
        named = [
            names
            for of, names in declared.items()
            if (of.schema, of.name) == (relation.relation_name.schema, relation.relation_name.name)
        ]
        for origin in origins:
            columns.setdefault((origin.schema, origin.table), set()).update(*named)
            expressions.setdefault((origin.schema, origin.table), []).extend(origin.expressions.values())
    return {
        table: frozenset(names)
        for table, names in columns.items()
        if not any(re.search(rf"\b{re.escape(name)}\b", text) for name in names for text in expressions[table])
    }


async def _examine_table(connection: AsyncpgConnection, table: EventTable, *, mutable: frozenset[str]) -> list[Finding]:
    guard = await examine_guard(
        connection,
        table.schema,
        table.table,
        known_at=None if table.is_event_time else table.known_at,
        reads=table.reads,
        may_keep_given=table.schema != OUR_SCHEMA,
        mutable=mutable,
    )
    history = await examine_history(connection, table.schema, table.table)
    findings = [guard.finding, *([history] if history else [])]
    if table.known_at is not None and not table.is_event_time:
        findings += await _examine_required(connection, table)
    findings.append(
        await examine_known_times(
            connection,
            table.schema,
            table.table,
            known_at=table.known_at_shown,
            event_time=table.event_time_shown,
            is_event_time=table.is_event_time,
            relation=table.relation,
        )
    )
    findings.append(
        await examine_changes(connection, table.schema, table.table, is_guarded=guard.refuses_changes, mutable=mutable)
    )
    stored = await connection.fetch(_STORED, table.schema, table.table)
    return findings + [
        _scale_factor(row["rendered"], row["insert_scale_factor"], is_vacuumed=row["is_vacuumed"]) for row in stored
    ]


async def _examine_joined(
    connection: AsyncpgConnection, relation: Relation, origin: Origin, mutable: frozenset[str]
) -> Finding:
    """Look at a table that gives an event relation columns, and no known time: a change there moves events."""
    columns = (column_under(expression) for expression in origin.expressions.values())
    guard = await examine_guard(
        connection,
        origin.schema,
        origin.table,
        known_at=None,
        reads=frozenset(column for column in columns if column is not None),
        may_keep_given=origin.schema != OUR_SCHEMA,
        mutable=mutable,
    )
    changes = await examine_changes(
        connection, origin.schema, origin.table, is_guarded=guard.refuses_changes, mutable=mutable
    )
    return replace(changes, message=f"is joined to {relation.relation_name.name}: {changes.message}")


def _event_table(relation: Relation, origin: Origin) -> EventTable:
    known_at = origin.expressions[relation.known_at]
    columns = (column_under(expression) for expression in origin.expressions.values())
    return EventTable(
        relation=relation,
        schema=origin.schema,
        table=origin.table,
        known_at=column_under(known_at),
        known_at_shown=known_at,
        event_time_shown=origin.expressions.get(relation.event_time),
        reads=frozenset(column for column in columns if column is not None),
    )


async def _examine_required(connection: AsyncpgConnection, table: EventTable) -> list[Finding]:
    row = await connection.fetchrow(
        "select format('%I.%I', $1::text, $2::text) as rendered, quote_ident($3::text) as column_name, "
        "columns.attnotnull "
        "from pg_catalog.pg_attribute as columns "
        "inner join pg_catalog.pg_class as tables on tables.oid = columns.attrelid and tables.relname = $2 "
        "inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace and schemas.nspname = $1 "
        "where columns.attname = $3",
        table.schema,
        table.table,
        table.known_at,
    )
    if row is None or row["attnotnull"]:
        return []
    ddl = f"alter table {row['rendered']} alter column {row['column_name']} set not null"
    return [Finding("known times", str(table), is_ok=False, message=f"{table.known_at} may be null", ddl=(ddl,))]


def _relations(registry: Registry) -> Iterable[Relation]:
    return {
        relation.relation: relation for service in registry.services.values() for relation in service.relations
    }.values()


def _scale_factor(table: str, factor: float | None, *, is_vacuumed: bool) -> Finding:
    is_ok = factor is not None and factor <= HIGHEST_INSERT_SCALE_FACTOR and is_vacuumed
    given = "is not set" if factor is None else f"is {factor:g}"
    message = f"autovacuum_vacuum_insert_scale_factor {given}"
    settings = [f"autovacuum_vacuum_insert_scale_factor = {WANTED_INSERT_SCALE_FACTOR:g}"]
    if not is_vacuumed:
        message = "autovacuum_enabled is off"
        settings.append("autovacuum_enabled = on")
    if not is_ok:
        message += f"; above {HIGHEST_INSERT_SCALE_FACTOR:g}, fresh rows are fetched from the heap for long"
    ddl = f"alter table {table} set ({', '.join(settings)})"
    return Finding("settings", table, is_ok=is_ok, message=message, ddl=() if is_ok else (ddl,))
