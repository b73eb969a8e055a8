"""Are the statements' tables reached by the indexes they need? Read from the plan, not from the list of indexes."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import asyncpg

from truepoint.doctor.connecting import Connection
from truepoint.doctor.findings import Finding
from truepoint.registry import Index, Registry, Service

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
_INDEX: Final = """
select indexes.indisvalid
from pg_catalog.pg_index as indexes
inner join pg_catalog.pg_class as names on names.oid = indexes.indexrelid
inner join pg_catalog.pg_namespace as schemas on schemas.oid = names.relnamespace
where schemas.nspname = $1 and names.relname = $2
"""


@dataclass(frozen=True)
class TableScan:
    """How a plan reads one table. conditions: each Index Cond it uses; empty when the table is read in full."""

    schema: str
    table: str
    alias: str
    node_type: str
    conditions: tuple[str, ...]

    def is_reached_by(self, columns: tuple[str, ...]) -> bool:
        """Say whether one Index Cond bounds all these columns."""
        patterns = [rf'(?<![\w"])"?{re.escape(self.alias)}"?\."?{re.escape(column)}"?(?![\w"])' for column in columns]
        return any(all(re.search(pattern, condition) for pattern in patterns) for condition in self.conditions)


async def examine_indexes(connection: Connection, registry: Registry) -> list[Finding]:
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
            if not scan.conditions and (scan.schema, scan.table) not in reported
        ]
        findings += [finding for finding in of_service if finding not in findings]
    return findings


async def _table_scans(connection: Connection, service: Service) -> list[TableScan]:
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
    return [await _of_partition_root(connection, scan) for scan in _scans(json.loads(plan)[0]["Plan"])]


async def _of_partition_root(connection: Connection, scan: TableScan) -> TableScan:
    """Indexes are needed on the table that a definition names, plans show its partitions."""
    root = await connection.fetchrow(_PARTITION_ROOT, scan.schema, scan.table)
    return scan if root is None else replace(scan, schema=root["schema_name"], table=root["table_name"])


def _scans(node: dict[str, Any]) -> Iterator[TableScan]:
    """Yield every scan of a table in a plan, wherever it stands. The JSON names no relation on other nodes."""
    if "Relation Name" in node:
        yield TableScan(
            schema=node["Schema"],
            table=node["Relation Name"],
            alias=node["Alias"],
            node_type=node["Node Type"],
            conditions=tuple(_conditions(node)),
        )
    for child in node.get("Plans", []):
        yield from _scans(child)


def _conditions(scan: dict[str, Any]) -> Iterator[str]:
    """Yield the scan's Index Cond, or those of the bitmap under it."""
    if "Index Cond" in scan:
        yield scan["Index Cond"]
    for child in scan.get("Plans", []):
        if child["Node Type"].startswith("Bitmap"):
            yield from _conditions(child)


async def _examine_index(connection: Connection, index: Index, scans: list[TableScan]) -> Finding:
    table = index.table_name
    subject = str(table)
    keys = ", ".join(index.keys)
    of_table = [scan for scan in scans if (scan.schema, scan.table) == (table.schema, table.name)]
    if any(scan.is_reached_by(index.keys) for scan in of_table):
        return Finding("indexes", subject, is_ok=True, message=f"is reached by an index on {keys}")
    how = "; ".join(f"{scan.node_type} by {', '.join(scan.conditions) or 'no index condition'}" for scan in of_table)
    plan = f" (its plan: {how})" if how else " (its plan does not read the table)"
    is_valid = await connection.fetchval(_INDEX, table.schema, index.name)
    if is_valid is None:
        return Finding("indexes", subject, is_ok=False, message=f"lacks an index on {keys}{plan}", ddl=(index.ddl,))
    if not is_valid:
        drop = f"drop index concurrently {_quoted(table.schema)}.{_quoted(index.name)}"
        message = f"has index {index.name} left invalid by a build that did not end"
        return Finding("indexes", subject, is_ok=False, message=message, ddl=(drop, index.ddl))
    message = f"has index {index.name}, and yet is not reached by {keys}{plan}"
    return Finding("indexes", subject, is_ok=False, message=message)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
