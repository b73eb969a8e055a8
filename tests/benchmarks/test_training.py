"""The benchmark of training tables, at a size at which nothing is timed: its worlds, and exact contenders agree."""

import os
import warnings
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks.training.comparing import Comparison, compare
from benchmarks.training.contender import Job
from benchmarks.training.database import load_dataset
from benchmarks.training.datasets import write_dataset
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.generator import generate
from benchmarks.training.registry import contender_run, read_contenders
from benchmarks.training.worlds import World, make_worlds
from truepoint.events.sample.known_times import LATE_SHARE

pytestmark = pytest.mark.slow

EVENTS, SPINE_ROWS = 4_000, 2_000


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """By kind. Few days, so that windows hold many events and several are not known yet when a row asks."""
    made = make_worlds(SPINE_ROWS, [EVENTS, 2 * EVENTS], hottest_share=0.5)
    return {world.kind: replace(world, days=40) for world in made}


def test_the_compiled_plan_equals_the_naive_one_in_every_bit(
    worlds: dict[str, World], database_dsn: str, tmp_path: Path
) -> None:
    dataset = write_dataset(worlds["hot"], tmp_path / "worlds")
    load_dataset(database_dsn, dataset)
    with mock.patch.dict(os.environ), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dbt's own
        for name in ("truepoint_postgres", "postgres_lateral"):
            (tmp_path / name).mkdir()
            job = Job(
                contender=name, dataset=dataset, work_folder=tmp_path / name, dsn=database_dsn,
                spine_rows=SPINE_ROWS, events=EVENTS, lookup_rows=SPINE_ROWS, budget_seconds=600,
            )  # fmt: skip
            assert contender_run(name)(job).rows == SPINE_ROWS
    assert compare(tmp_path / "postgres_lateral", tmp_path / "truepoint_postgres") == Comparison(
        values=SPINE_ROWS * len(read_features()), differing=0, beyond_rounding=0, lost=0, extra=0
    )


def test_a_world_gives_the_same_rows_again(worlds: dict[str, World]) -> None:
    first, second = generate(worlds["least"]), generate(worlds["least"])
    assert first[0].equals(second[0])
    assert first[1].equals(second[1])


def test_a_spine_row_decides_on_an_event_at_its_own_time(worlds: dict[str, World]) -> None:
    events, spine = generate(worlds["least"])
    assert spine.num_rows == SPINE_ROWS == pc.count_distinct(spine["spine_id"]).as_py()
    joined = spine.join(events, "event_id", "transaction_id", right_suffix="_of_event")
    for spine_column, event_column in (("as_of", "occurred_at"), *((f"{v}_id", f"{v}_id_of_event") for v in VIEWS)):
        assert joined[spine_column].equals(joined[event_column])


def test_some_events_are_late_and_some_known_at_once(worlds: dict[str, World]) -> None:
    events, _ = generate(worlds["more"])
    delays_us = (events["known_at"].cast(pa.int64()).to_numpy()) - events["occurred_at"].cast(pa.int64()).to_numpy()
    assert (delays_us > 2_000_000).mean() == pytest.approx(LATE_SHARE, rel=0.01)
    assert 0.4 < (delays_us == 0).mean() < 0.6
    assert delays_us.min() == 0
    assert delays_us.max() <= 600_000_000


def test_the_hottest_merchant_holds_its_share(worlds: dict[str, World]) -> None:
    events, _ = generate(worlds["hot"])
    largest = max(count["counts"] for count in events["merchant_id"].value_counts().to_pylist())
    assert largest / EVENTS == pytest.approx(0.5, abs=0.03)


def test_contenders_are_found_without_their_packages() -> None:
    contenders = read_contenders()
    assert next(iter(contenders)) == "truepoint_postgres"
    assert {what.environment for what in contenders.values()} == {"truepoint", "benchmark"}
    assert len({what.order for what in contenders.values()}) == len(contenders)
