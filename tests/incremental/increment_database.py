"""A database in which the statements of a dbt run, first and later ones, work on any world without dbt.

The SQL does not change with the data. So dbt runs twice, which gives the statement that builds all rows and the one
that adds the new ones; each world is written, built in as many runs as it has batches, and rolled back.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.compiler.feature_database import (
    INSERT_ACCOUNT,
    INSERT_CHARGEBACK,
    INSERT_TRANSACTION,
    load_models,
)
from tests.incremental.project import set_clock
from tests.oracle.card_fraud import World

if TYPE_CHECKING:
    import psycopg

# Later than any as-of time, and than the first runs by so much that the labels mature in one run or another.
FIRST_RUN: Final = datetime.fromisoformat("2025-12-10T00:00:00Z")
BETWEEN_RUNS: Final = timedelta(days=20)
INSERT_SPINE: Final = "insert into payments.test_spine values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Table:
    """A model that dbt builds as a table: what builds all its rows, and what gives those to be added or replaced."""

    name: str
    relation: str
    all_rows: str
    new_rows: str
    is_incremental: bool
    replaces: bool


def load_tables(first_run: Path, second_run: Path) -> list[Table]:
    """The tables of two manifests, of a run that built everything and of the next one, in the order of building."""
    nodes = {node["name"]: node for node in json.loads(second_run.read_bytes())["nodes"].values()}
    return [
        Table(
            name=model.name,
            relation=model.relation,
            all_rows=model.select,
            new_rows=nodes[model.name]["compiled_code"],
            is_incremental=nodes[model.name]["config"]["materialized"] == "incremental",
            replaces=nodes[model.name]["config"]["incremental_strategy"] == "delete+insert",
        )
        for model in load_models(first_run)
        if not model.is_view
    ]


class IncrementDatabase:
    """One connection to a database that dbt has built twice; nothing that it writes is committed."""

    def __init__(self, connection: "psycopg.Connection[Any]", tables: Sequence[Table]) -> None:
        self._connection = connection
        self.tables = tables

    @contextmanager
    def holding(self, world: World, batches: Sequence[int]) -> Iterator[None]:
        """Within, the database holds `world`, and nothing is built. batches: the run in which each spine row enters."""
        try:
            self._connection.execute("set local truepoint.load_history = 'on'")
            names = ", ".join(table.relation for table in self.tables)
            self._connection.execute(f"truncate payments.test_spine, {names}")
            spine = [
                (*astuple(row), self._time_of(batch)) for row, batch in zip(world.spine, batches, strict=True)
            ]  # fmt: skip
            with self._connection.cursor() as cursor:
                for statement, rows in (
                    (INSERT_TRANSACTION, [astuple(row) for row in world.transactions]),
                    (INSERT_CHARGEBACK, [astuple(row) for row in world.chargebacks]),
                    (INSERT_ACCOUNT, [astuple(row) for row in world.account_versions]),
                    (INSERT_SPINE, spine),
                ):
                    if rows:
                        cursor.executemany(statement, rows)
            yield
        finally:
            self._connection.rollback()

    def run(self, number: int) -> None:
        """What dbt would do in run `number`: all rows of an empty table, else the new ones."""
        set_clock(self._connection, self._time_of(number))
        for table in self.tables:
            if not table.is_incremental:
                self._connection.execute(f"delete from {table.relation}")
            if self._is_empty(table):
                self._connection.execute(f"insert into {table.relation} {table.all_rows}")
                continue
            self._connection.execute(f"create temporary table increment on commit drop as {table.new_rows}")
            if table.replaces:
                self._connection.execute(
                    f"delete from {table.relation} as built using increment where built.spine_id = increment.spine_id"
                )
            self._connection.execute(f"insert into {table.relation} select * from increment")
            self._connection.execute("drop table increment")

    def differences(self, table: Table) -> list[Any]:
        """[(-1, row)] for rows that the table has and should not have, [(1, row)] for those that it lacks."""
        return self._connection.execute(
            f"""
            with expected as materialized ({table.all_rows})
            select -1, extra::text from (select * from {table.relation} except all select * from expected) as extra
            union all
            select 1, lost::text from (select * from expected except all select * from {table.relation}) as lost
            """
        ).fetchall()

    def count(self, name: str) -> int:
        """Rows of the table of that name."""
        (table,) = (table for table in self.tables if table.name == name)
        row = self._connection.execute(f"select count(*) from {table.relation}").fetchone()
        assert row is not None
        return int(row[0])

    def _is_empty(self, table: Table) -> bool:
        return self._connection.execute(f"select from {table.relation} limit 1").fetchone() is None

    def _time_of(self, run: int) -> datetime:
        return FIRST_RUN + run * BETWEEN_RUNS
