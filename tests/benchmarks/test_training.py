"""The benchmark of training tables, at a size at which nothing is timed: its worlds, and that exact contenders agree."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks.training.comparing import Comparison, compare
from benchmarks.training.contender import Job, Measurement
from benchmarks.training.database import load_dataset
from benchmarks.training.datasets import write_dataset
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.generator import generate
from benchmarks.training.registry import contender_run, read_contenders
from benchmarks.training.worlds import World, make_worlds
from truepoint.sample.known_times import LATE_SHARE

EVENTS, SPINE_ROWS = 4_000, 2_000


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """By kind. Few days, so that windows hold many events and several are not known yet when a row asks."""
    made = make_worlds(SPINE_ROWS, [EVENTS, 2 * EVENTS], hottest_share=0.5)
    return {world.kind: replace(world, days=40) for world in made}


@dataclass(frozen=True)
class Ran:
    """The contenders of truepoint's environment that compute in Postgres, after they ran: name -> what they did."""

    folder: Path
    measurements: dict[str, Measurement]

    def compared(self, name: str) -> Comparison:
        return compare(self.folder / name, self.folder / "truepoint_postgres")


@pytest.fixture
def ran(worlds: dict[str, World], database_dsn: str, tmp_path: Path) -> Iterator[Ran]:
    dataset = write_dataset(worlds["hot"], tmp_path / "worlds")
    load_dataset(database_dsn, dataset)
    measurements = {}
    with mock.patch.dict(os.environ), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dbt's own
        for name in ("truepoint_postgres", "postgres_lateral"):
            (tmp_path / name).mkdir()
            job = Job(
                contender=name, dataset=dataset, work_folder=tmp_path / name, dsn=database_dsn,
                spine_rows=SPINE_ROWS, events=EVENTS, lookup_rows=SPINE_ROWS, budget_seconds=600,
            )  # fmt: skip
            measurements[name] = contender_run(name)(job)
    return Ran(tmp_path, measurements)


def test_the_compiled_plan_equals_the_naive_one_in_every_bit(ran: Ran) -> None:
    assert {name: found.rows for name, found in ran.measurements.items()} == dict.fromkeys(ran.measurements, SPINE_ROWS)
    assert ran.compared("postgres_lateral") == Comparison(
        values=SPINE_ROWS * len(read_features()), differing=0, beyond_rounding=0, lost=0, extra=0
    )


def test_a_comparison_finds_one_bit_a_null_a_lost_and_a_doubled_row(ran: Ran) -> None:
    path = ran.folder / "postgres_lateral" / "account.parquet"
    table = pq.read_table(path)
    means = table["account_mean_30d"].to_pylist()
    known = [row for row, mean in enumerate(means) if mean is not None]
    means[known[0]] = float(np.nextafter(means[known[0]], np.inf))
    means[known[1]] = None
    ids = table["spine_id"].to_pylist()
    ids[known[2]] = ids[known[3]]
    ids[known[4]] = "t-999999999"
    for name, values in (("account_mean_30d", means), ("spine_id", ids)):
        column = table.schema.get_field_index(name)
        table = table.set_column(column, table.schema.field(column), pa.array(values, table.schema.field(column).type))
    pq.write_table(table, path)
    found = ran.compared("postgres_lateral")
    assert (found.differing, found.lost, found.extra) == (2, 1, 1)
    assert found.beyond_rounding == 1


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
