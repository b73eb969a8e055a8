"""Aggregates by order, and hot keys in slices, in Spark: views of the probe service equal Postgres' in every bit."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow.parquet as pq
import pytest
from psycopg.rows import dict_row

from tests.compiler.agreement import is_same
from tests.compiler.feature_database import INSERT_CHARGEBACK, INSERT_TRANSACTION
from tests.compiler.probe import ACCOUNT, CHARGEBACK, PURCHASE, Probe, add_probe, add_view, count
from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from tests.spark.lake import export_once
from tests.spark.running import run_session
from tests.spark.session import DBT_PROJECT
from tests.spark.test_spark import CLOCK_CHANGE, NEW_YORK, SETTLED_AT, UTC_SESSION, add_dense_world

SUMS: Final = ("count", "sum", "mean", "variance", "stddev")
# Over events that no row decides on.
UNDECIDED: Final = {
    "count_1h": count("1h"),
    "count_7d": count("7d"),
    "count_lifetime": count("lifetime"),
    "count_lifetime_delayed_1h": count("lifetime", offset="1h"),
}
# Of hot keys: all sums of the probe's views. Of the pairs of account and merchant some are cut, and some are not.
HOT_VIEWS: Final = {
    "hot_account": (("account_id",), "stg_transactions", ACCOUNT, 20),
    "hot_pair": (("account_id", "merchant_id"), "stg_transactions", ACCOUNT, 130),
    "hot_purchase": (("account_id",), "stg_purchases", PURCHASE, 20),
    "hot_chargeback": (("merchant_id",), "stg_chargebacks", {**CHARGEBACK, **UNDECIDED}, 5),
}
# A model of the keys that the view hot_account cuts.
HOT_KEYS: Final = """\
{% set view = {'entity': ['account_id'], 'hot_key_rows': 20} %}
{% set ctes = [] %}
{% do truepoint._add_relation(ctes, 'events', ref('stg_transactions'), 'Events.') %}
{% do truepoint._add_relation(ctes, 'spine_rows', ref('spine_transactions'), 'Who asks.') %}
{% do truepoint._add_hot_keys(ctes, view) %}
{{ truepoint._statement(ctes, 'select * from hot_keys') }}
"""
VIEWS: Final = ("probe_purchase", "probe_ordered", "probe_ordered_chargeback", "probe_ordered_purchase", *HOT_VIEWS)
SCHEMA: Final = "features_probe"

Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Built:
    """views: view -> its rows in Postgres and in Spark, by spine_id. slice_lengths: of hot accounts, microseconds."""

    views: Mapping[str, tuple[Rows, Rows]]
    slice_lengths: Mapping[str, int]


@pytest.fixture(scope="module")
def built(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """All views, in both engines. Spark's session is in New York."""
    folder = tmp_path_factory.mktemp("probe")
    add_probe(DBT_PROJECT, folder / "dbt_project")
    for view, (entity, events, probes, hot_key_rows) in HOT_VIEWS.items():
        features = folder / "dbt_project" / "models" / "features"
        add_view(features, view, entity, events, sums(view, probes), hot_key_rows=hot_key_rows)
    (folder / "dbt_project" / "models" / "marts" / "hot_keys.sql").write_text(HOT_KEYS, encoding="utf-8")
    selected = [f"+{view}" for view in VIEWS]
    with new_database() as dsn:
        project = DbtProject(folder=folder / "dbt_project", dsn=dsn, target_path=folder / "postgres")
        with psycopg.connect(dsn, row_factory=dict_row, options=UTC_SESSION) as connection:
            add_dense_world(connection)
            add_rows_on_cuts(connection)
            export_once(dsn, project.compile_online(), folder / "lake", settled_at=SETTLED_AT)
            # Postgres takes what has settled by its clock, Spark what had when the lake was exported.
            connection.execute("set local truepoint.load_history = 'on'")
            connection.execute("delete from payments.transactions where known_at > %s", [SETTLED_AT])
            connection.commit()
            project.run("run", "--select", *selected)
            postgres = {
                view: connection.execute(f"select * from truepoint_features.{view}").fetchall() for view in VIEWS
            }
        variables = NEW_YORK | {"TRUEPOINT_SCHEMA": SCHEMA}
        command = {
            "project": str(project.folder),
            "arguments": ["run", "--select", *selected, "hot_keys"],
            "variables": variables,
        }
        (result,) = run_session([command], folder)
        assert result.is_success, result.output
        yield Built(
            views={view: (by_spine_id(postgres[view]), by_spine_id(read_view(folder, view))) for view in VIEWS},
            slice_lengths={row["account_id"]: row["slice_length"] for row in read_view(folder, "hot_keys")},
        )


def add_rows_on_cuts(connection: "psycopg.Connection[Any]") -> None:
    """Accounts with rows on the bounds of slices, which are an hour or a microsecond long; and one with all at once.

    And chargebacks of a merchant before anybody asks about it.
    """
    choose = random.Random(3)
    hour, microsecond = timedelta(hours=1), timedelta(microseconds=1)
    end = 128 * hour - microsecond
    on_cuts = [k * hour + d * microsecond for k in (1, 2, 23, 24, 25, 64, 126, 127) for d in (-1, 0, 1)]
    times = {"HOUR": [timedelta(0), *on_cuts, end], "MICROSECOND": [n * microsecond for n in range(40)]}
    times["INSTANT"] = [timedelta(0)] * 30
    connection.execute("set local truepoint.load_history = 'on'")
    for account_id, since_first in times.items():
        for number, since in enumerate(since_first):
            occurred_at = CLOCK_CHANGE + since
            known_at = occurred_at + choose.choice((timedelta(0), timedelta(0), microsecond, hour, 24 * hour))
            connection.execute(
                INSERT_TRANSACTION,
                [f"cut-{account_id}-{number}", account_id, "M", "d", choose.random() < 0.3, choose.randrange(1, 500),
                 "EE", occurred_at, known_at],
            )  # fmt: skip
    for number, days in enumerate((400, 300, 200)):
        charged_at = CLOCK_CHANGE - timedelta(days=days)
        connection.execute(INSERT_CHARGEBACK, [f"early-{number}", "M", charged_at, charged_at])
    connection.commit()


def sums(view: str, probes: Mapping[str, Probe]) -> dict[str, Probe]:
    """The sums among features, under names of the view's own."""
    return {f"{view}_{name}": probe for name, probe in probes.items() if probe.meta.get("aggregate") in SUMS}


def read_view(folder: Path, view: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / "spark" / "tables" / f"{SCHEMA}.db" / view).to_pylist()
    return rows


def by_spine_id(rows: list[dict[str, Any]]) -> Rows:
    by_id = {row["spine_id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


@pytest.mark.parametrize("view", VIEWS)
def test_values_in_spark_equal_those_in_postgres_in_every_bit(built: Built, view: str) -> None:
    postgres, spark = built.views[view]
    assert spark.keys() == postgres.keys()
    problems = [
        f"{spine_id} {column}: Spark {spark[spine_id].get(column, 'absent')!r}, Postgres {value!r}"
        for spine_id, row in postgres.items()
        for column, value in row.items()
        if not column.startswith("table_")
        if column not in spark[spine_id] or not is_same(spark[spine_id][column], value)
    ]
    assert not problems, f"{len(problems)} values differ:\n" + "\n".join(problems[:20])


@pytest.mark.parametrize("view", VIEWS)
def test_every_feature_has_values_to_compare(built: Built, view: str) -> None:
    postgres, _ = built.views[view]
    assert len(postgres) > 300
    for column in next(iter(postgres.values())):
        seen = [row[column] for row in postgres.values() if row[column] is not None]
        assert len(seen) > 20, f"{column} has {len(seen)} values"


def test_lines_of_keys_with_many_rows_are_cut(built: Built) -> None:
    hour = 3_600_000_000
    assert built.slice_lengths.keys() == {"A", "B", "HOUR", "MICROSECOND", "INSTANT"}
    assert {account: built.slice_lengths[account] for account in ("HOUR", "MICROSECOND", "INSTANT")} == {
        "HOUR": hour,
        "MICROSECOND": 1,
        "INSTANT": 1,
    }
