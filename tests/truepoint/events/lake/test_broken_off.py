"""An export that dies at any step: readers see the state before it or after it, and the next one makes it whole."""

import random
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.fs as pa_fs
import pytest

from tests.truepoint.events.lake.mortal import DeathError, MortalFileSystem
from tests.truepoint.events.lake.world import DAY, add, begin_epoch, expected, local_store, make_tables, seen, sources
from truepoint.events.lake import LakeStore, export_lake
from truepoint.events.lake.layout import PLAN, WRITING, stamp
from truepoint.events.lake.state import read_state

pytestmark = pytest.mark.slow

TIMES = [DAY + timedelta(hours=hours) for hours in (-30, 0, 1, 30, 96, 110, 900)]
FIRST, SECOND, THIRD = TIMES[2], TIMES[4], TIMES[6]


@pytest.fixture
def dsn(database_dsn: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("truepoint.events.lake.parts.FILE_ROWS", 1)  # each day has a file of its own
    make_tables(database_dsn)
    add(database_dsn, TIMES)
    return database_dsn


def attempt(dsn: str, folder: Path, settled_at: datetime, *, dies_at: int, is_done: bool, restart: bool = False) -> int:
    """Export until the given step; return the number of steps that were taken."""
    system = MortalFileSystem(pa_fs.LocalFileSystem(), dies_at=dies_at, is_done=is_done)
    store = LakeStore(shown="mortal", filesystem=pa_fs.PyFileSystem(system), root=str(folder))
    if dies_at:
        with pytest.raises(DeathError):
            export_lake(dsn, sources(settled_at), store, restart=restart)
    else:
        export_lake(dsn, sources(settled_at), store, restart=restart)
    return system.steps


def first(dsn: str, folder: Path) -> None:
    """Before the first export: nothing."""


def later(dsn: str, folder: Path) -> None:
    """One export is whole."""
    export_lake(dsn, sources(FIRST), local_store(folder))


def epoch(dsn: str, folder: Path) -> None:
    """Two exports of two epochs are whole, and history was changed: a generation comes, another goes."""
    later(dsn, folder)
    begin_epoch(dsn)
    export_lake(dsn, sources(FIRST), local_store(folder))
    begin_epoch(dsn)


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "amid or after"])
@pytest.mark.parametrize("prepare", [first, later, epoch])
def test_a_death_at_any_step_loses_and_doubles_nothing(
    dsn: str, tmp_path: Path, prepare: Callable[[str, Path], None], is_done: bool
) -> None:
    prepare(dsn, tmp_path / "whole")
    (tmp_path / "whole").mkdir(exist_ok=True)
    shutil.copytree(tmp_path / "whole", tmp_path / "prepared")
    steps = attempt(dsn, tmp_path / "whole", SECOND, dies_at=0, is_done=False)
    assert steps > 20
    for dies_at in range(1, steps + 1):
        folder = shutil.copytree(tmp_path / "prepared", tmp_path / f"dies-at-{dies_at}")
        store = local_store(folder)
        before = seen(store)
        attempt(dsn, folder, SECOND, dies_at=dies_at, is_done=is_done)
        assert seen(store) in (before, expected(TIMES, SECOND)), dies_at
        # Time has passed: what is settled now is later than what was, and both come.
        attempt(dsn, folder, THIRD, dies_at=0, is_done=False)
        assert seen(store) == expected(TIMES, THIRD), dies_at
        names = {path.split("/")[0] for path in store.files("")}
        assert PLAN not in names
        assert WRITING not in names


def test_deaths_one_after_the_other(dsn: str, tmp_path: Path) -> None:
    choose = random.Random(3)
    for number in range(12):
        folder = tmp_path / str(number)
        store = local_store(folder)
        begin_epoch(dsn)
        later(dsn, folder)
        for settled_at in (SECOND, SECOND, THIRD, THIRD):
            state = read_state(store)
            try:
                attempt(
                    dsn, folder, settled_at, dies_at=choose.randrange(1, 50), is_done=choose.random() < 0.5,
                    restart=choose.random() < 0.2,
                )  # fmt: skip
            except pytest.fail.Exception:  # it lived to the end
                assert seen(store) == expected(TIMES, settled_at)
            latest = read_state(store).latest
            assert latest is not None
            assert state.latest is not None
            assert (latest.generation, latest.settled_at) >= (state.latest.generation, state.latest.settled_at)
            assert seen(store) == expected(TIMES, latest.settled_at)
            if choose.random() < 0.2:
                begin_epoch(dsn)
        export_lake(dsn, sources(THIRD), store)
        assert seen(store) == expected(TIMES, THIRD)


def test_files_that_were_written_are_not_written_again(dsn: str, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    steps = attempt(dsn, tmp_path / "whole", THIRD, dies_at=0, is_done=False)
    attempt(dsn, lake, THIRD, dies_at=steps // 2, is_done=False)
    there = {path: path.stat().st_mtime_ns for path in lake.rglob("known_month=2*/*.parquet")}
    assert there
    (made,) = export_lake(dsn, sources(THIRD), local_store(lake))
    assert made.is_resumed
    assert sum(made.rows.values()) < 2 * len(TIMES)
    assert {path: path.stat().st_mtime_ns for path in there} == there


def test_without_its_plan_a_broken_export_goes_on_and_what_does_not_join_is_removed(dsn: str, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    later(dsn, lake)
    attempt(dsn, lake, SECOND, dies_at=16, is_done=False)
    (lake / PLAN).unlink()
    left = [path for path in lake.rglob("part-*.parquet") if f"part-{stamp(FIRST)}-" in path.name]
    assert len(left) == 1
    stray = Path(shutil.copy(left[0], left[0].with_name(f"part-{stamp(TIMES[3])}-{stamp(SECOND)}.parquet")))
    whole = Path(shutil.copy(left[0], left[0].with_name(f"part-{stamp(FIRST)}-{stamp(TIMES[6])}.parquet")))
    export_lake(dsn, sources(SECOND), local_store(lake))
    assert [left[0].exists(), stray.exists(), whole.exists()] == [True, False, False]
    assert seen(local_store(lake)) == expected(TIMES, SECOND)
    export_lake(dsn, sources(THIRD), local_store(lake))
    assert seen(local_store(lake)) == expected(TIMES, THIRD)
