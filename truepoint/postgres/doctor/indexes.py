"""Are the statements' tables reached by the indexes they need? Read from the plan, not from the list of indexes."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from truepoint.compiled.registry import Index, Registry, Service
from truepoint.errors import WarehouseError
from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding

# The plan that the server uses, were the tables large: small ones would rightly be read in full.
_PLANNER_SETTINGS: Final = """
set local plan_cache_mode = force_generic_plan;
set local enable_seqscan = off;
set local jit = off;
"""
_PARTITION_ROOT: Final = """
select schemas.nspname::text as schema_name, roots.relname::text as table_name
from pg_catalog.pg_class as roots
inner join pg_catalog.pg_namespace as schemas on schemas.oid = roots.relnamespace
where roots.oid = coalesce(
    pg_catalog.pg_partition_root(to_regclass(format('%I.%I', $1::text, $2::text))),
    to_regclass(format('%I.%I', $1::text, $2::text))
)
"""
# Key columns of an index in order, '' for an expression; those it only carries along are left out.
_INDEX: Final = """
select
    indexes.indisvalid as is_valid,
    array(
        select coalesce(columns.attname::text, '')
        from unnest(indexes.indkey::int2[]) with ordinality as keys (attnum, place)
        left join pg_catalog.pg_attribute as columns
            on columns.attrelid = indexes.indrelid and columns.attnum = keys.attnum
        where keys.place <= indexes.indnkeyatts
        order by keys.place
    ) as key_columns
from pg_catalog.pg_index as indexes
inner join pg_catalog.pg_class as names on names.oid = indexes.indexrelid
inner join pg_catalog.pg_namespace as schemas on schemas.oid = names.relnamespace
where schemas.nspname = $1 and names.relname = $2
"""
_ESTIMATED_ROWS: Final = """
select tables.reltuples
from pg_catalog.pg_class as tables
where tables.oid = to_regclass(format('%I.%I', $1::text, $2::text))
"""
# Below this every index costs about the same, and the planner's choice between two that fit says nothing.
SMALL_TABLE_ROWS: Final = 10_000


@dataclass(frozen=True)
class IndexUse:
    """An index that a plan reads: the key columns it has, and those that its Index Cond bounds."""

    key_columns: tuple[str, ...]
    bounded: frozenset[str]


@dataclass(frozen=True)
class TableScan:
    """How a plan reads one table. index_uses: more than one under a bitmap; none when the table is read in full."""

    schema: str
    table: str
    node_type: str
    index_uses: tuple[IndexUse, ...]

    def is_reached_by(self, keys: tuple[str, ...]) -> bool:
        """Say whether an index begins with the entity's columns, in any order, then the event time, and bounds all.

        Another index that happens to hold them all further back would be read in far longer ranges.
        """
        return any(_fits(use.key_columns, keys) and use.bounded.issuperset(keys) for use in self.index_uses)

    def is_bounded_by(self, event_time: str) -> bool:
        """Say whether an index bounds at least its first column and the event time."""
        return any(use.bounded.issuperset({use.key_columns[0], event_time}) for use in self.index_uses)

    def __str__(self) -> str:
        bounds = " and ".join(", ".join(sorted(use.bounded)) or "no column" for use in self.index_uses)
        return f"{self.node_type} bounded by {bounds or 'no column'}"


def _fits(key_columns: tuple[str, ...], keys: tuple[str, ...]) -> bool:
    """Say whether an index begins with the entity's columns, in any order, and then the event time."""
    entity, event_time = keys[:-1], keys[-1]
    return sorted(key_columns[: len(entity)]) == sorted(entity) and key_columns[len(entity) : len(keys)] == (
        event_time,
    )


async def examine_indexes(connection: AsyncpgConnection, registry: Registry) -> list[Finding]:
    """EXPLAIN each statement: every index it needs must be met by an Index Cond on all its key columns."""
    findings: list[Finding] = []
    for service in registry.services.values():
        try:
            scans = await _table_scans(connection, service)
        except asyncpg.PostgresError as error:
            findings.append(Finding("indexes", service.name, is_ok=False, message=f"cannot be explained: {error}"))
            continue
        of_service = [await _examine_index(connection, index, scans) for index in service.indexes]
        reported = {
            (index.table_name.schema, index.table_name.name)
            for index, found in zip(service.indexes, of_service, strict=True)
            if not found.is_ok
        }
        of_service += [
            Finding(
                "indexes",
                f"{scan.schema}.{scan.table}",
                is_ok=False,
                message=f"is read in full by {service.name} ({scan.node_type}); the manifest names no index for that",
            )
            for scan in scans
            if not any(use.bounded for use in scan.index_uses) and (scan.schema, scan.table) not in reported
        ]
        findings += [finding for finding in of_service if finding not in findings]
    return findings


async def _table_scans(connection: AsyncpgConnection, service: Service) -> list[TableScan]:
    name = f"truepoint_doctor_{uuid.uuid4().hex}"  # lives as long as the connection, also after a rollback
    nulls = ", ".join("null" for _ in service.parameters)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_PLANNER_SETTINGS)
        await connection.execute(f"prepare {name} as\n{service.statement}")
        plan = await connection.fetchval(f"explain (format json, verbose, costs off) execute {name}({nulls})")
    finally:
        await transaction.rollback()
    return [await _table_scan(connection, node) for node in _scan_nodes(json.loads(plan)[0]["Plan"])]


def _scan_nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every scan of a table in a plan, wherever it stands. The JSON names no relation on other nodes."""
    if "Relation Name" in node:
        yield node
    for child in node.get("Plans", []):
        yield from _scan_nodes(child)


def _index_nodes(scan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the scan itself where it has an Index Cond, or the index scans of the bitmap under it."""
    if "Index Cond" in scan:
        yield scan
    for child in scan.get("Plans", []):
        if child["Node Type"].startswith("Bitmap"):
            yield from _index_nodes(child)


async def _table_scan(connection: AsyncpgConnection, node: dict[str, Any]) -> TableScan:
    # Indexes are needed on the table that a definition names; plans show its partitions.
    root = await _row(connection, _PARTITION_ROOT, node["Schema"], node["Relation Name"])
    uses = []
    for index_node in _index_nodes(node):
        index = await _row(connection, _INDEX, node["Schema"], index_node["Index Name"])
        columns = tuple(index["key_columns"])
        bounded = frozenset(column for column in columns if _bounds(index_node["Index Cond"], node["Alias"], column))
        uses.append(IndexUse(key_columns=columns, bounded=bounded))
    return TableScan(
        schema=root["schema_name"], table=root["table_name"], node_type=node["Node Type"], index_uses=tuple(uses)
    )


async def _row(connection: AsyncpgConnection, statement: str, *arguments: str) -> asyncpg.Record:
    """The row of the catalogue on what a plan has just named."""
    row = await connection.fetchrow(statement, *arguments)
    if row is None:
        raise WarehouseError("a table or an index was dropped while it was looked at. Examine the database again.")
    return row


def _bounds(condition: str, alias: str, column: str) -> bool:
    """Say whether an Index Cond names a column of the table. VERBOSE puts the alias before each."""
    return re.search(rf'(?<![\w"])"?{re.escape(alias)}"?\."?{re.escape(column)}"?(?![\w"])', condition) is not None


async def _examine_index(connection: AsyncpgConnection, index: Index, scans: list[TableScan]) -> Finding:
    table = index.table_name
    subject = str(table)
    keys = ", ".join(index.keys)
    of_table = [scan for scan in scans if (scan.schema, scan.table) == (table.schema, table.name)]
    if any(scan.is_reached_by(index.keys) for scan in of_table):
        return Finding("indexes", subject, is_ok=True, message=f"is reached by an index on {keys}")
    plans = "; ".join(dict.fromkeys(str(scan) for scan in of_table)) or "the table is not read"
    plan = f" (its plan: {plans})"
    existing = await connection.fetchrow(_INDEX, table.schema, index.name)
    if existing is None:
        return Finding("indexes", subject, is_ok=False, message=f"lacks an index on {keys}{plan}", ddl=(index.ddl,))
    if not existing["is_valid"]:
        drop = f"drop index concurrently {_quoted(table.schema)}.{_quoted(index.name)}"
        message = f"has index {index.name} left invalid by a build that did not end"
        return Finding("indexes", subject, is_ok=False, message=message, ddl=(drop, index.ddl))
    is_bounded = bool(of_table) and all(scan.is_bounded_by(index.keys[-1]) for scan in of_table)
    if is_bounded and _fits(tuple(existing["key_columns"]), index.keys):
        rows = await connection.fetchval(_ESTIMATED_ROWS, table.schema, table.name)
        if rows < SMALL_TABLE_ROWS:  # -1 before the first analyze
            message = f"has an index on {keys}; while the table is small, the plan takes another one"
            return Finding("indexes", subject, is_ok=True, message=message)
    message = f"has index {index.name}, and yet is not reached by {keys}{plan}"
    return Finding("indexes", subject, is_ok=False, message=message)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
