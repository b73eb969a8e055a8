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

    new: not there yet. built anew: it is of other definitions than today's, or of another history. goes on: gets the
    rows it lacks. left over: no model makes it any more, and dbt does not drop it.
    epoch: of the history that it was built from, and the present one.
    """

    model: str
    relation: str
    fate: Fate
    rows: int | None
    version: tuple[str | None, str | None]
    epoch: tuple[int | None, int] = (None, 0)

    @property
    def is_of_other_history(self) -> bool:
        """Whether it is built anew because history has changed since, whatever its definition."""
        return self.fate == "built anew" and self.epoch[0] is not None and self.epoch[0] != self.epoch[1]


def plan_tables(
    connection: "psycopg.Connection[Any]", tables: Iterable[DefinedTable], former: Iterable[DefinedTable]
) -> tuple[TablePlan, ...]:
    """Read the version of each table. former: of the base, whose model may be gone. Raises ManifestError."""
    plans = []
    epoch = _read_epoch(connection)
    wanted = {table.model: table for table in tables}
    for table in sorted(wanted.values(), key=lambda table: table.model):
        if table.version is None:
            raise ManifestError(
                f"the manifest does not have the table {table.model} compiled: compile it with "
                "--select path:analyses config.materialized:versioned_table"
            )
        is_there, rows, built, built_in = _read(connection, table)
        is_same = (built, built_in) == (table.version, epoch)
        fate: Fate = "new" if not is_there else "goes on" if is_same else "built anew"
        plans.append(TablePlan(table.model, table.relation, fate, rows, (built, table.version), (built_in, epoch)))
    relations = {table.relation for table in wanted.values()}
    for table in sorted(former, key=lambda table: table.model):
        if table.model not in wanted and table.relation not in relations:
            is_there, rows, built, built_in = _read(connection, table)
            if is_there:
                plans.append(
                    TablePlan(table.model, table.relation, "left over", rows, (built, None), (built_in, epoch))
                )
    return tuple(plans)


def _read_epoch(connection: "psycopg.Connection[Any]") -> int:
    """The number of the history's epoch; 0 where nothing counts epochs."""
    if connection.execute("select to_regclass('truepoint.epochs')").fetchone() == (None,):
        return 0
    row = connection.execute("select coalesce(max(epoch), 0) from truepoint.epochs").fetchone()
    return int(row[0]) if row else 0


def _read(
    connection: "psycopg.Connection[Any]", table: DefinedTable
) -> tuple[bool, int | None, str | None, int | None]:
    """Whether it is there, its estimated rows, and the version and epoch it was built from; none of an empty one."""
    name = parse_relation_name(table.relation)
    found = connection.execute(_IS_THERE, {"schema": name.schema, "name": name.name}).fetchone()
    if found is None:
        return False, None, None, None
    rows, has_version = found
    if not has_version:
        return True, max(rows, 0), None, None
    query = sql.SQL("select table_version, table_epoch from {} limit 1").format(sql.Identifier(name.schema, name.name))
    row = connection.execute(query).fetchone()
    return True, max(rows, 0), *((row[0], int(row[1])) if row else (None, None))
