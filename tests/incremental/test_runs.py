"""dbt runs, one after another, over a history that goes on; and over one that is changed from outside."""

import shutil
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from tests.compiler.feature_database import INSERT_TRANSACTION
from tests.dbt_runner import DbtProject, DbtResult
from tests.incremental.project import TABLES as CLOCK_TABLES
from tests.incremental.project import add_clock, set_clock
from tests.projects import copy_project
from truepoint.events.loading.history import load_history
from truepoint.events.sample.load import load_sample
from truepoint.events.sample.options import SampleOptions

END: Final = datetime(2025, 6, 1, tzinfo=UTC)
SAMPLE: Final = SampleOptions(rows=600, seed=3, days=90, end=END, customers=10, accounts=12, merchants=8)
DAY: Final = timedelta(days=1)
SCHEMA: Final = "truepoint_features"
TABLES: Final = (
    "spine_transactions",
    "account_device_features",
    "account_features",
    "account_profile",
    "merchant_chargeback_features",
    "merchant_features",
    "transaction_features",
    "fraud_labels",
    "training_card_fraud",
)
VIEWS: Final = TABLES[1:7]
LATE: Final = ("late", "a", "m", "d", False, 100, "EE", END - 70 * DAY, END - 70 * DAY)


class World:
    """A history in a database, and a project that goes by a clock of the test's own."""

    def __init__(self, project: DbtProject, connection: "psycopg.Connection[Any]") -> None:
        self.project = project
        self.connection = connection

    def run(self, *arguments: str, at: datetime | None = None) -> str:
        """Run dbt, once the clock is set."""
        if at is not None:
            set_clock(self.connection, at)
        return self.project.run("run", *arguments)

    def add(self, *transactions: tuple[Any, ...]) -> None:
        """Transactions with known times of their own, as if a write had been open for longer than the margin."""
        with self.connection.transaction():
            self.connection.execute("set local truepoint.load_history = 'on'")
            for transaction in transactions:
                self.connection.execute(INSERT_TRANSACTION, transaction)

    def value(self, query: str) -> Any:
        """The one value that a query gives."""
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row[0]

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.value(f"select count(*) from {SCHEMA}.{table}"))

    def built(self) -> dict[str, int]:
        """What Postgres calls each table. It changes where a table is built anew."""
        return {table: self.value(f"select '{SCHEMA}.{table}'::regclass::oid::bigint") for table in TABLES}

    def check_against_full_refresh(self) -> None:
        """Assert that each table holds what it holds when all its rows are built, in another schema."""
        full = replace(self.project, variables={"TRUEPOINT_SCHEMA": "full"})
        self.connection.execute('drop schema if exists "full" cascade')
        full.run("run")
        for table in TABLES:
            theirs, ours = f'"full".{table}', f"{SCHEMA}.{table}"
            for left, right in ((ours, theirs), (theirs, ours)):
                rows = self.connection.execute(f"select * from {left} except all select * from {right}").fetchall()
                assert not rows, f"{len(rows)} rows of {left} are not in {right}, such as {rows[0]}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, parsed once for all tests."""
    folder = tmp_path_factory.mktemp("runs")
    copy_project(folder / "dbt_project")
    add_clock(folder / "dbt_project")
    return folder


@pytest.fixture
def world(database_dsn: str, folder: Path) -> Any:
    """Ninety days of payments, of which nothing is built."""
    load_sample(database_dsn, SAMPLE)
    project = DbtProject(folder=folder / "dbt_project", dsn=database_dsn, target_path=folder / "target")
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(CLOCK_TABLES)
        yield World(project, connection)


def test_days_in_a_row(world: World) -> None:
    world.run(at=END - 40 * DAY)
    built, sizes = world.built(), [world.count("training_card_fraud")]
    for at in (END - 39 * DAY, END - 39 * DAY, END - 10 * DAY, END + 25 * DAY):
        world.run(at=at)
        sizes.append(world.count("training_card_fraud"))
    # Nothing was built anew, but the labels, which are small.
    assert {name for name, oid in world.built().items() if built[name] != oid} == {"fraud_labels"}
    assert sizes[0] < sizes[1] == sizes[2] < sizes[3] < sizes[4] == 600
    # Some labels have matured since their rows came in, others have not.
    labels = world.connection.execute(f"select distinct is_fraud from {SCHEMA}.training_card_fraud").fetchall()
    assert {label for (label,) in labels} >= {False, None}
    world.check_against_full_refresh()
    world.project.run("test", "--select", "training_card_fraud")


def test_a_run_with_nothing_new_writes_no_row(world: World) -> None:
    world.run(at=END)
    newest = [world.value(f"select max(xmin::text::bigint) from {SCHEMA}.{table}") for table in (*VIEWS, TABLES[-1])]
    world.run()
    assert newest == [
        world.value(f"select max(xmin::text::bigint) from {SCHEMA}.{table}") for table in (*VIEWS, TABLES[-1])
    ]


def test_a_row_that_comes_late_with_an_old_as_of_is_not_lost(world: World) -> None:
    world.run(at=END)
    world.add(LATE)
    world.run()
    assert world.value(f"select count(*) from {SCHEMA}.training_card_fraud where spine_id = 'late'") == 1
    world.check_against_full_refresh()


def test_models_run_one_by_one_end_up_complete(world: World) -> None:
    world.run(at=END - 10 * DAY)
    world.run("--select", "spine_transactions account_features transaction_features", at=END - 5 * DAY)
    # The other inputs of the derived view have no new rows yet, so it has none either: it would hold nulls for ever.
    spine, account = world.count("spine_transactions"), world.count("account_features")
    assert spine == account > world.count("account_profile") == world.count("transaction_features")
    world.run("--select", "training_card_fraud")
    world.run(at=END)
    world.check_against_full_refresh()


def test_a_changed_definition_is_built_anew_and_its_neighbours_are_not(
    world: World, folder: Path, tmp_path: Path
) -> None:
    world.run(at=END - 2 * DAY)
    before = world.built()
    copy = tmp_path / "dbt_project"
    shutil.copytree(folder / "dbt_project", copy)
    path = copy / "models" / "features" / "merchant_features.yml"
    path.write_text(path.read_text("utf-8").replace("window: 30d", "window: 10d"), encoding="utf-8")
    world.project = replace(world.project, folder=copy, target_path=tmp_path / "target")
    result = world.project.invoke("run", "--select", "training_card_fraud")
    assert "merchant_features is out of date: its definition has changed" in result.output
    world.run(at=END)
    changed = {name for name, oid in world.built().items() if before[name] != oid}
    assert changed == {"merchant_features", "training_card_fraud", "fraud_labels"}
    world.check_against_full_refresh()


def test_a_table_that_may_not_be_refreshed_is_not_built_anew(world: World, folder: Path, tmp_path: Path) -> None:
    world.run("--select", "+merchant_features", at=END - 2 * DAY)
    before, rows = (
        world.value(f"select '{SCHEMA}.merchant_features'::regclass::oid::bigint"),
        world.count("merchant_features"),
    )
    copy = tmp_path / "dbt_project"
    shutil.copytree(folder / "dbt_project", copy)
    config = copy / "dbt_project.yml"
    right = "\n    marts:\n"
    assert right in config.read_text("utf-8")
    config.write_text(
        config.read_text("utf-8").replace(right, f"\n    features: {{+full_refresh: false}}{right}"), "utf-8"
    )
    path = copy / "models" / "features" / "merchant_features.yml"
    same = replace(world.project, folder=copy, target_path=tmp_path / "target")
    set_clock(world.connection, END - DAY)
    same.run("run", "--select", "+merchant_features")  # new rows are added
    more = world.count("merchant_features")
    assert more > rows
    path.write_text(path.read_text("utf-8").replace("window: 30d", "window: 10d"), encoding="utf-8")
    result = same.invoke("run", "--select", "merchant_features")
    assert not result.is_success
    assert "merchant_features must be built anew" in result.output
    assert "its config full_refresh: false forbids that" in result.output
    assert world.value(f"select '{SCHEMA}.merchant_features'::regclass::oid::bigint") == before
    assert world.count("merchant_features") == more


def test_loaded_history_is_built_into_rows_that_were_there(world: World) -> None:
    world.run(at=END)
    before = world.built()
    account, at = world.connection.execute(
        f"select account_id, as_of from {SCHEMA}.spine_transactions order by as_of desc limit 1"
    ).fetchone() or ("", END)
    with load_history(world.project.dsn, what="a test", cause="a test") as load:
        load.connection.execute(
            INSERT_TRANSACTION,
            ("loaded", account, "m", "d", False, 999, "EE", at - timedelta(minutes=1), at - timedelta(minutes=1)),
        )
        load.is_changed = True
    result = world.project.invoke("run", "--select", "account_features")
    assert "spine_transactions is out of date: the history has changed" in result.output
    world.run()
    assert all(before[name] != oid for name, oid in world.built().items())
    world.check_against_full_refresh()


def test_full_refresh_builds_all_anew(world: World) -> None:
    world.run(at=END)
    before = world.built()
    world.run("--full-refresh")
    assert all(before[name] != oid for name, oid in world.built().items())
    assert world.count("training_card_fraud") == 600


@pytest.mark.parametrize("other", ["the same definitions", "other definitions"])
def test_a_run_that_overlaps_waits_and_doubles_nothing(world: World, other: str) -> None:
    world.run(at=END - 2 * DAY)
    old = world.count("account_features")
    world.run("--select", "spine_transactions", at=END)
    new = world.count("spine_transactions") - old
    results: list[DbtResult] = []
    run = threading.Thread(
        target=lambda: results.append(world.project.invoke("run", "--select", "account_features"))
    )  # fmt: skip
    with psycopg.connect(world.project.dsn) as connection:
        # Another run that is under way: it has added one of the new rows, and has not committed.
        connection.execute(f"lock table {SCHEMA}.account_features in share row exclusive mode")
        connection.execute(
            f"insert into {SCHEMA}.account_features select added.*"
            f" from (select * from {SCHEMA}.account_features limit 1) as built,"
            f" (select spine_id from {SCHEMA}.spine_transactions"
            f"  except select spine_id from {SCHEMA}.account_features limit 1) as missing,"
            f" jsonb_populate_record(built::{SCHEMA}.account_features,"
            f"  jsonb_build_object('spine_id', missing.spine_id)) as added"
        )
        if other == "other definitions":
            connection.execute(f"update {SCHEMA}.account_features set table_version = 'other'")
        run.start()
        _wait_for_lock(world)
        connection.commit()
    run.join()
    assert results[0].is_success, results[0].output
    assert world.count("account_features") == old + (new if other == "the same definitions" else 1)
    assert world.value(f"select count(distinct table_version) from {SCHEMA}.account_features") == 1


def _wait_for_lock(world: World) -> None:
    for _ in range(600):
        if world.value("select exists (select from pg_locks where not granted)"):
            return
        time.sleep(0.1)
    raise AssertionError("the run did not wait")
