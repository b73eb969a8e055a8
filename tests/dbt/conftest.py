"""A small world, built once by dbt; each test changes it within a transaction and rolls back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import NewDatabase
from tests.dbt.built_project import BuiltProject
from tests.dbt.small_world import insert_small_world
from tests.dbt_runner import DbtProject

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="session")
def small_world_dsn(new_database: NewDatabase) -> Iterator[str]:
    """URI of a database that holds the small world's events, and nothing of dbt's."""
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            insert_small_world(connection)
        yield dsn


@pytest.fixture(scope="session")
def built(small_world_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> BuiltProject:
    """The project over the small world, after a `dbt build` whose tests all passed."""
    project = DbtProject(folder=DBT_PROJECT, dsn=small_world_dsn, target_path=tmp_path_factory.mktemp("built"))
    project.run("build")
    return BuiltProject(project)


@pytest.fixture
def connection(built: BuiltProject) -> Iterator["psycopg.Connection[Any]"]:
    """A connection to the built database; what a test does in it is rolled back."""
    with psycopg.connect(built.project.dsn) as connection:
        yield connection
        connection.rollback()
