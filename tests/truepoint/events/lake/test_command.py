"""`truepoint lake export` as people run it: over the project's sources, and killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from tests.dbt_runner import DbtProject
from tests.truepoint.events.lake.world import all_rows, local_store
from truepoint.cli import app
from truepoint.events.lake.layout import PLAN, WRITING
from truepoint.events.lake.state import read_state
from truepoint.events.sample import SampleOptions, load_sample

# Known until a year before any run, in many months, so that the export has many files.
OPTIONS = SampleOptions(
    rows=4_000, seed=5, days=300, customers=60, accounts=80, merchants=25, end=datetime(2025, 9, 1, tzinfo=UTC)
)
COMMAND = [sys.executable, "-W", "ignore", "-m", "truepoint", "lake", "export"]


@dataclass(frozen=True)
class World:
    """folder: of the lake. ids: of the transactions, sorted."""

    folder: Path
    dsn: str
    ids: list[str]


@pytest.fixture
def world(database_dsn: str, dbt_project: DbtProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    load_sample(database_dsn, OPTIONS)
    manifest = tmp_path / "dbt_project" / "target" / "online" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    shutil.copyfile(dbt_project.compile_online(), manifest)
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(tmp_path / "dbt_project"))
    monkeypatch.setenv("TRUEPOINT_LAKE", str(tmp_path / "lake"))
    with psycopg.connect(database_dsn) as connection:
        ids = connection.execute("select transaction_id from payments.transactions").fetchall()
    return World(tmp_path / "lake", database_dsn, sorted(transaction_id for (transaction_id,) in ids))


def test_the_sources_that_models_read_are_exported(world: World) -> None:
    runner = CliRunner()
    result = runner.invoke(app, ["lake", "export"])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Everything was written, into generation-1:"
    assert [line.split(":")[0] for line in lines[1:4]] == [
        "payments.accounts",
        "payments.chargebacks",
        "payments.transactions",
    ]
    assert lines[3] == "payments.transactions: 4,000 rows"
    assert lines[4].startswith(f"{world.folder} is settled up to ")
    store = local_store(world.folder)
    assert sorted(all_rows(store, 1, "payments/transactions").column("transaction_id").to_pylist()) == world.ids
    latest = read_state(store).latest
    assert latest is not None
    with psycopg.connect(world.dsn) as connection:
        row = connection.execute("select extract(epoch from now() - %s)", [latest.settled_at]).fetchone()
        (epoch,) = connection.execute("select max(epoch) from truepoint.epochs").fetchone() or (None,)
    assert row is not None
    assert 300 <= row[0] < 360, "the margin is 5 minutes"
    assert latest.epoch.number == epoch
    again = runner.invoke(app, ["lake", "export", "--lake", str(world.folder)])
    assert [line.split(":")[1] for line in again.stdout.splitlines()[:3]] == [" 0 rows"] * 3
    anew = runner.invoke(app, ["lake", "export", "--restart"])
    assert "Everything was written, into generation-2:" in anew.stdout


def test_killed_it_is_taken_up_again(world: World) -> None:
    store = local_store(world.folder)
    kills = 0
    for files in (5, 40):
        with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ) as export:
            while export.poll() is None and len(store.files("generation-1")) < files:
                time.sleep(0.005)
            export.send_signal(signal.SIGKILL)
        kills += export.returncode == -signal.SIGKILL
        assert read_state(store).latest is None or export.returncode == 0
    assert kills == 2
    deadline = time.monotonic() + 20
    while (last := subprocess.run(COMMAND, capture_output=True, text=True, check=False, env=os.environ)).returncode:
        # The server may not have seen yet that its client is gone.
        assert "Another export from this database is running" in last.stderr
        assert time.monotonic() < deadline
    assert "An export that was broken off" in last.stdout
    assert sorted(all_rows(store, 1, "payments/transactions").column("transaction_id").to_pylist()) == world.ids
    assert not (world.folder / PLAN).exists()
    assert not (world.folder / WRITING).exists()
