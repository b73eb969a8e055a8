"""Are the statements' tables reached by the indexes they need? Read from the plan, not from the list of indexes."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from truepoint.compiled.registry import Registry, Service
from truepoint.errors import WarehouseError
from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding
from truepoint.postgres.doctor.index_ddl import find_fault, find_parts, index_statements
from truepoint.postgres.doctor.index_needs import IndexNeed, comparable, find_needs
from truepoint.postgres.doctor.origins import ROOT, over_table, quoted

# The plan that the server uses, were the tables large: small ones would rightly be read in full.
_PLANNER_SETTINGS: Final = """
set local plan_cache_mode = force_generic_plan;
set local enable_seqscan = off;
set local jit = off;
"""
# Key columns of an index in order, as expressions over the table; those it only carries along are left out.
_INDEX: Final = """
select
    indexes.indisvalid as is_valid,
    array(
        select pg_catalog.pg_get_indexdef(indexes.indexrelid, keys.place::int, true)
        from generate_series(1, indexes.indnkeyatts) as keys (place)
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
where tables.oid = (
    select given.oid from pg_catalog.pg_class as given
    inner join pg_catalog.pg_namespace as given_schemas on given_schemas.oid = given.relnamespace
    where given_schemas.nspname = $1 and given.relname = $2
)
"""
# Below this every index costs about the same, and the planner's choice between two that fit says nothing.
SMALL_TABLE_ROWS: Final = 10_000


@dataclass(frozen=True)
class IndexUse:
    """An index that a plan reads: its key columns, as comparable expressions, and those that its Index Cond bounds."""

    key_columns: tuple[str, ...]
    bounded: frozenset[str]


@dataclass(frozen=True)
class TableScan:
    """How a plan reads one table. index_uses: more than one under a bitmap; none when the table is read in full.

    expected_rows: what Postgres takes the scan to find, each time; never less than 1.
    """

    schema: str
    table: str
    node_type: str
    expected_rows: float
    index_uses: tuple[IndexUse, ...]

    def is_reached_by(self, keys: tuple[str, ...]) -> bool:
        """Say whether an index begins with the entity's columns, in any order, then the event time, and bounds all.

        Another index that happens to hold them all further back would be read in far longer ranges.
        """
        return any(_fits(use.key_columns, keys) and use.bounded.issuperset(keys) for use in self.index_uses)

    def is_bounded_by(self, event_time: str) -> bool:
        """Say whether an index bounds at least its first column and the event time."""
        return any(use.bounded.issuperset({use.key_columns[0], event_time}) for use in self.index_uses)

    def is_as_good_to_the_planner(self, keys: tuple[str, ...]) -> bool:
        """Say whether an index on some of the keys and the event time is read, where Postgres expects one row of it.

        Of two indexes that promise one row each, with a page each to fetch, it takes either.
        """
        return self.expected_rows <= 1 and any(
            use.bounded.issubset(keys) and use.bounded.issuperset({use.key_columns[0], keys[-1]})
            for use in self.index_uses
        )

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
    """EXPLAIN each statement: every index that its views need must be met by an Index Cond on all its key columns."""
    findings: list[Finding] = []
    needs_of = {service.name: await find_needs(connection, service) for service in registry.services.values()}
    taken = [need.name for need in {need.keys_of_table: need for needs in needs_of.values() for need in needs}.values()]
    for service in registry.services.values():
        try:
            scans = await _table_scans(connection, service)
        except asyncpg.PostgresError as error:
            findings.append(Finding("indexes", service.name, is_ok=False, message=f"cannot be explained: {error}"))
            continue
        needs = [need.named_alone() if taken.count(need.name) > 1 else need for need in needs_of[service.name]]
        of_service = [await _examine_need(connection, need, scans) for need in needs]
        needed = {(need.schema, need.table) for need in needs}
        of_service += [
            Finding(
                "indexes",
                f"{scan.schema}.{scan.table}",
                is_ok=False,
                message=f"is read in full by {service.name} ({scan.node_type}), and no index can serve: its key and "
                "its event time are not both expressions over its columns. Join or compute in a table of its own",
            )
            for scan in scans
            if not any(use.bounded for use in scan.index_uses) and (scan.schema, scan.table) not in needed
        ]
        findings += [finding for finding in dict.fromkeys(of_service) if finding not in findings]
    return findings


async def _table_scans(connection: AsyncpgConnection, service: Service) -> list[TableScan]:
    name = f"truepoint_doctor_{uuid.uuid4().hex}"  # lives as long as the connection, also after a rollback
    nulls = ", ".join("null" for _ in service.parameters)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_PLANNER_SETTINGS)
        await connection.execute(f"prepare {name} as\n{service.statement}")
        plan = await connection.fetchval(f"explain (format json, verbose) execute {name}({nulls})")
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
    root = await _row(connection, ROOT, node["Schema"], node["Relation Name"])
    uses = []
    for index_node in _index_nodes(node):
        index = await _row(connection, _INDEX, node["Schema"], index_node["Index Name"])
        columns = tuple(comparable(column) for column in index["key_columns"])
        condition = over_table(index_node["Index Cond"], node["Alias"])
        bounded = frozenset(column for column in columns if _bounds(condition, column))
        uses.append(IndexUse(key_columns=columns, bounded=bounded))
    return TableScan(
        schema=root["schema_name"],
        table=root["table_name"],
        node_type=node["Node Type"],
        expected_rows=node["Plan Rows"],
        index_uses=tuple(uses),
    )


async def _row(connection: AsyncpgConnection, statement: str, *arguments: str) -> asyncpg.Record:
    """The row of the catalogue on what a plan has just named."""
    row = await connection.fetchrow(statement, *arguments)
    if row is None:
        raise WarehouseError("a table or an index was dropped while it was looked at. Examine the database again.")
    return row


def _bounds(condition: str, column: str) -> bool:
    """Say whether an Index Cond names a column or expression of the table."""
    plain = condition.replace("(", "").replace(")", "")
    return re.search(rf'(?<![\w".]){re.escape(column)}(?![\w"])', plain) is not None


async def _examine_need(connection: AsyncpgConnection, need: IndexNeed, scans: list[TableScan]) -> Finding:
    subject = f"{need.schema}.{need.table}"
    keys = ", ".join(need.keys)
    wanted = tuple(comparable(key) for key in need.keys)
    of_table = [scan for scan in scans if (scan.schema, scan.table) == (need.schema, need.table)]
    if any(scan.is_reached_by(wanted) for scan in of_table):
        return Finding("indexes", subject, is_ok=True, message=f"is reached by an index on {keys}")
    plans = "; ".join(dict.fromkeys(str(scan) for scan in of_table)) or "the table is not read"
    plan = f" (its plan: {plans})"
    existing = await connection.fetchrow(_INDEX, need.schema, need.name)
    parts = await find_parts(connection, need)
    if existing is None or (not existing["is_valid"] and len(parts) > 1):
        fault = await find_fault(connection, need)
        if fault:
            message = f"has no index on {keys}, and none can serve: {fault}. Make it a column of the table"
            return Finding("indexes", subject, is_ok=False, message=message)
        lacks = "lacks an index on" if existing is None else f"has index {need.name} not on every partition; needs"
        ddl = await index_statements(connection, need, parts)
        return Finding("indexes", subject, is_ok=False, message=f"{lacks} {keys}{plan}", ddl=ddl)
    if not existing["is_valid"]:
        drop = f"drop index concurrently {quoted(need.schema)}.{quoted(need.name)}"
        message = f"has index {need.name} left invalid by a build that did not end"
        ddl = (drop, *await index_statements(connection, need, parts))
        return Finding("indexes", subject, is_ok=False, message=message, ddl=ddl)
    is_bounded = bool(of_table) and all(scan.is_bounded_by(wanted[-1]) for scan in of_table)
    if is_bounded and _fits(tuple(comparable(key) for key in existing["key_columns"]), wanted):
        rows = await connection.fetchval(_ESTIMATED_ROWS, need.schema, need.table)
        if rows < SMALL_TABLE_ROWS:  # -1 before the first analyze
            message = f"has an index on {keys}; while the table is small, the plan takes another one"
            return Finding("indexes", subject, is_ok=True, message=message)
        if any(scan.is_as_good_to_the_planner(wanted) for scan in of_table):
            message = f"has an index on {keys}; Postgres expects one row by another one too, and takes that"
            return Finding("indexes", subject, is_ok=True, message=message)
    message = f"has index {need.name}, and yet is not reached by {keys}{plan}"
    return Finding("indexes", subject, is_ok=False, message=message)
