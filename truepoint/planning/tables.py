"""The tables of a project against the database: which a build makes anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql

from truepoint.compiled.definitions import DefinedTable
from truepoint.compiled.registry import parse_relation_name
from truepoint.errors import ManifestError

Fate = Literal["new", "built anew", "goes on", "left over"]

_IS_THERE = """
select tables.reltuples::bigint, columns.attname is not null
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
left join pg_catalog.pg_attribute as columns
    on columns.attrelid = tables.oid and columns.attname = 'table_version' and not columns.attisdropped
where schemas.nspname = %(schema)s and tables.relname = %(name)s and tables.relkind in ('r', 'p')
"""


@dataclass(frozen=True)
class TablePlan:
    """What the next build does to a table. rows: those it has, by the planner's estimate; None where it is not there.

    new: not there yet. built anew: from other definitions than today's. goes on: gets the rows it lacks. left over: no
    model makes it any more, and dbt does not drop it.
    """

    model: str
    relation: str
    fate: Fate
    rows: int | None
    version: tuple[str | None, str | None]


def plan_tables(
    connection: "psycopg.Connection[Any]", tables: Iterable[DefinedTable], former: Iterable[DefinedTable]
) -> tuple[TablePlan, ...]:
    """Read the version of each table. former: of the base, whose model may be gone. Raises ManifestError."""
    plans = []
    wanted = {table.model: table for table in tables}
    for table in sorted(wanted.values(), key=lambda table: table.model):
        if table.version is None:
            raise ManifestError(
                f"the manifest does not have the table {table.model} compiled: compile it with "
                "--select path:analyses config.materialized:versioned_table"
            )
        is_there, rows, built = _read(connection, table)
        fate: Fate = "new" if not is_there else "goes on" if built == table.version else "built anew"
        plans.append(TablePlan(table.model, table.relation, fate, rows, (built, table.version)))
    relations = {table.relation for table in wanted.values()}
    for table in sorted(former, key=lambda table: table.model):
        if table.model not in wanted and table.relation not in relations:
            is_there, rows, built = _read(connection, table)
            if is_there:
                plans.append(TablePlan(table.model, table.relation, "left over", rows, (built, None)))
    return tuple(plans)


def _read(connection: "psycopg.Connection[Any]", table: DefinedTable) -> tuple[bool, int | None, str | None]:
    """Whether it is there, its estimated rows, and the version that it was built from; none of an empty one."""
    name = parse_relation_name(table.relation)
    found = connection.execute(_IS_THERE, {"schema": name.schema, "name": name.name}).fetchone()
    if found is None:
        return False, None, None
    rows, has_version = found
    if not has_version:
        return True, max(rows, 0), None
    query = sql.SQL("select table_version from {} limit 1").format(sql.Identifier(name.schema, name.name))
    row = connection.execute(query).fetchone()
    return True, max(rows, 0), row[0] if row else None
