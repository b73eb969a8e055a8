"""A database with a small sample, its training table built by dbt, and settings that find the compiled statements."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from pydantic import SecretStr

from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from truepoint.compiled.registry import load_registry
from truepoint.events.sample import SampleOptions, load_sample
from truepoint.settings import Settings

DBT_PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
SPINE = "truepoint_features.spine_transactions"
TRAINING = "truepoint_features.training_card_fraud"
OPTIONS = SampleOptions(
    rows=1_500, seed=5, days=40, customers=60, accounts=80, merchants=25, end=datetime(2025, 9, 1, tzinfo=UTC)
)
SPINE_SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("merchant_id", pa.string()),
        ("amount_minor", pa.int64()),
        ("country", pa.string()),
        ("device_id", pa.string()),
        ("event_id", pa.string()),
        ("as_of", pa.timestamp("us", "UTC")),
    ]
)


@dataclass(frozen=True)
class Trained:
    """settings: of the database. rows: of the training table, in the order of spine_id. features: their names."""

    settings: Settings
    dsn: str
    rows: list[dict[str, Any]]
    features: list[str]

    def spine(self) -> pa.Table:
        """The rows that the training table answers, in its order."""
        return pa.Table.from_pylist(
            [{name: row[name] for name in SPINE_SCHEMA.names} for row in self.rows], schema=SPINE_SCHEMA
        )

    def values(self) -> list[dict[str, Any]]:
        """The features of the training table, row by row."""
        return [{name: row[name] for name in self.features} for row in self.rows]


@pytest.fixture(scope="session")
def trained(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    folder = tmp_path_factory.mktemp("training")
    with new_database() as dsn:
        load_sample(dsn, OPTIONS)
        project = DbtProject(folder=DBT_PROJECT, dsn=dsn, target_path=folder / "target")
        manifest = folder / "dbt_project" / "target" / "online" / "manifest.json"
        manifest.parent.mkdir(parents=True)
        shutil.copyfile(project.compile_online(), manifest)
        project.run("run")
        settings = Settings(dsn=SecretStr(dsn), data_dir=folder / "data", dbt_project_dir=folder / "dbt_project")
        features = load_registry(manifest).services["card_fraud"].features
        with psycopg.connect(dsn, row_factory=psycopg.rows.dict_row) as connection:
            rows = connection.execute(f"select * from {TRAINING} order by spine_id").fetchall()
        assert len(rows) == OPTIONS.rows
        yield Trained(settings, dsn, rows, [feature.name for feature in features])
