"""What changes the past without an epoch of its own is found by the next run: restores, spines' tables, lost counts."""

from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest

from tests.compiler.feature_database import INSERT_TRANSACTION
from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from tests.incremental.project import TABLES, TEST_SPINE_SQL, add_clock
from tests.incremental.test_runs import END
from tests.projects import copy_project

SELECTED: Final = ("--select", "spine_transactions account_features stg_transactions")
SCHEMA: Final = "truepoint_features"
SPINE: Final = """
insert into payments.test_spine
select 's' || n, null, timestamptz '2025-05-20Z' + n * interval '1 hour', 'a', 'm', null, 1, null, '2025-01-01Z'
from generate_series(1, 40) as n
"""


class World:
    """A small history, and a spine over a table that is no event relation."""

    def __init__(self, project: DbtProject, connection: "psycopg.Connection[Any]") -> None:
        self.project = project
        self.connection = connection

    def run(self, *selected: str) -> str:
        """Run dbt, over the few models that matter unless others are selected."""
        return " ".join(self.project.run("run", *(selected or SELECTED)).split())

    def execute(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        for statement in statements:
            self.connection.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        return self.connection.execute(query).fetchall()

    def epochs(self) -> int:
        """The present epoch."""
        return int(self.rows("select coalesce(max(epoch), 0) from truepoint.epochs")[0][0])

    def assert_built_anew(self) -> None:
        """Assert that spine and view are of the present epoch, and hold the rows of the spine's table as it is."""
        for table in ("spine_transactions", "account_features"):
            assert self.rows(f"select distinct table_epoch from {SCHEMA}.{table}") == [(self.epochs(),)], table
        there = self.rows(f"select spine_id, as_of from {SCHEMA}.spine_transactions order by 1")
        assert there == self.rows("select spine_id, as_of from payments.test_spine order by 1")


@pytest.fixture(scope="module")
def world(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Built once; each test leaves it built."""
    folder = tmp_path_factory.mktemp("history_found")
    copy = folder / "dbt_project"
    copy_project(copy)
    add_clock(copy)
    (copy / "models" / "marts" / "spine_transactions.sql").write_text(TEST_SPINE_SQL, encoding="utf-8")
    with new_database() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        world = World(DbtProject(folder=copy, dsn=dsn, target_path=folder / "target"), connection)
        world.execute(TABLES, SPINE, "set truepoint.load_history = on")
        for n in range(30):
            at = END.replace(month=5, day=n + 1)
            connection.execute(INSERT_TRANSACTION, (f"t{n}", "a", "m", None, False, 100 + n, "EE", at, at))
        world.execute("set truepoint.load_history = off")
        world.run()
        yield world


def test_nothing_is_found_where_nothing_has_changed(world: World) -> None:
    before = world.epochs()
    world.execute(SPINE.replace("'s'", "'later'"))
    output = world.run()
    assert "begins" not in output
    assert "out of date" not in output
    assert world.epochs() == before
    world.assert_built_anew()


@pytest.mark.parametrize(
    "change",
    [
        "update payments.test_spine set as_of = as_of + interval '1 day' where spine_id = 's3'",
        "update payments.test_spine set account_id = 'b' where spine_id = 's4'",
        "delete from payments.test_spine where spine_id = 's5'",
    ],
    ids=["as-of time", "key", "deleted"],
)
def test_a_row_of_a_spine_that_is_no_longer_what_it_was(world: World, change: str) -> None:
    before = world.epochs()
    world.execute(change)
    output = world.run()
    assert "spine_transactions" in output
    assert "rows that what it reads no longer gives, or gives with other values: 1." in output
    assert world.epochs() == before + 1
    world.assert_built_anew()
    assert "begins" not in world.run()


RESTORES: Final = {
    "fewer": ["delete from payments.transactions where transaction_id = 't7'"],
    "others": ["update payments.transactions set amount_minor = 1 where transaction_id = 't8'"],
    "known now": ["update payments.transactions set known_at = now() where transaction_id = 't9'"],
    "none": ["truncate payments.transactions"],
}


@pytest.mark.parametrize("restore", RESTORES)
def test_a_table_restored_with_triggers_disabled(world: World, restore: str) -> None:
    """What pg_restore --disable-triggers does to a table, and no guard can see."""
    before = world.epochs()
    world.execute(
        "alter table payments.transactions disable trigger all",
        *RESTORES[restore],
        "alter table payments.transactions enable trigger all",
    )
    assert world.epochs() == before
    output = world.run()
    assert "The history of stg_transactions" in output
    assert "has changed since the last build" in output
    assert world.epochs() == before + 1
    world.assert_built_anew()


def test_tables_that_were_restored_without_what_they_were_built_on(world: World) -> None:
    before = world.epochs()
    world.execute(f"delete from {SCHEMA}.truepoint_history")
    output = world.run()
    assert "What stg_transactions" in output
    assert "when the tables over it were built is not known" in output
    assert world.epochs() == before + 1
    world.assert_built_anew()
    assert "begins" not in world.run()


def test_epochs_that_were_set_back(world: World) -> None:
    before = world.epochs()
    world.execute("truncate truepoint.epochs restart identity")
    output = world.run()
    assert f"Tables were built in epoch {before}, and truepoint.epochs ended at 0" in output
    assert world.epochs() == before + 1
    world.assert_built_anew()


def test_a_run_of_some_models_names_the_tables_that_it_leaves_out_of_date(world: World) -> None:
    world.run()
    world.execute("insert into truepoint.epochs (cause) values ('restored')")
    output = world.run("--select", "spine_transactions")
    assert "they are out of date: account_features. Build them: dbt run --select account_features" in output
    assert "out of date" not in world.run("--select", "account_features")
    world.assert_built_anew()


def test_a_model_over_one_that_is_out_of_date_says_what_to_run(world: World) -> None:
    world.run()
    world.execute("insert into truepoint.epochs (cause) values ('restored')")
    result = world.project.invoke("run", "--select", "account_features")
    assert not result.is_success
    said = " ".join(result.output.split())
    assert "spine_transactions is out of date: the history has changed since it was built" in said
    assert "dbt run --select +account_features" in said
