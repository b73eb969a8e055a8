"""The project, built twice, in a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from tests.incremental.increment_database import IncrementDatabase, load_tables
from tests.incremental.project import add_world, create_tables

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="session")
def increments(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IncrementDatabase]:
    """For tests that build a world in several runs, and roll it back."""
    folder = tmp_path_factory.mktemp("increments")
    add_world(DBT_PROJECT, folder / "dbt_project")
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            create_tables(connection)
        project = DbtProject(folder=folder / "dbt_project", dsn=dsn, target_path=folder / "target")
        manifests = []
        for run in ("first", "second"):
            project.run("run")
            manifests.append(folder / f"{run}.json")
            (project.target_path / "manifest.json").rename(manifests[-1])
        with psycopg.connect(dsn, options="-c jit=off") as connection:
            yield IncrementDatabase(connection, load_tables(*manifests))
