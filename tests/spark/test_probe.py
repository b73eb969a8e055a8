"""Aggregates by order in Spark: the views of the probe service that hold them equal Postgres' in every bit."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow.parquet as pq
import pytest
from psycopg.rows import dict_row

from tests.compiler.agreement import is_same
from tests.compiler.probe import add_probe
from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from tests.spark.lake import export_once
from tests.spark.running import run_session
from tests.spark.session import DBT_PROJECT
from tests.spark.test_spark import NEW_YORK, SETTLED_AT, UTC_SESSION, add_dense_world

VIEWS: Final = ("probe_ordered", "probe_ordered_chargeback", "probe_ordered_purchase")
SCHEMA: Final = "features_probe"

Rows = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def built(
    new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, tuple[Rows, Rows]]]:
    """View -> its rows in Postgres and in Spark, by spine_id. Spark's session is in New York."""
    folder = tmp_path_factory.mktemp("probe")
    add_probe(DBT_PROJECT, folder / "dbt_project", without_type="numeric")
    selected = [f"+{view}" for view in VIEWS]
    with new_database() as dsn:
        project = DbtProject(folder=folder / "dbt_project", dsn=dsn, target_path=folder / "postgres")
        with psycopg.connect(dsn, row_factory=dict_row, options=UTC_SESSION) as connection:
            add_dense_world(connection)
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
        command = {"project": str(project.folder), "arguments": ["run", "--select", *selected], "variables": variables}
        (result,) = run_session([command], folder)
        assert result.is_success, result.output
        yield {view: (by_spine_id(postgres[view]), by_spine_id(read_view(folder, view))) for view in VIEWS}


def read_view(folder: Path, view: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / "spark" / "tables" / f"{SCHEMA}.db" / view).to_pylist()
    return rows


def by_spine_id(rows: list[dict[str, Any]]) -> Rows:
    by_id = {row["spine_id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


@pytest.mark.parametrize("view", VIEWS)
def test_values_in_spark_equal_those_in_postgres_in_every_bit(
    built: Mapping[str, tuple[Rows, Rows]], view: str
) -> None:
    postgres, spark = built[view]
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
def test_every_feature_has_values_to_compare(built: Mapping[str, tuple[Rows, Rows]], view: str) -> None:
    postgres, _ = built[view]
    assert len(postgres) > 300
    for column in next(iter(postgres.values())):
        seen = [row[column] for row in postgres.values() if row[column] is not None]
        assert len(seen) > 20, f"{column} has {len(seen)} values"
