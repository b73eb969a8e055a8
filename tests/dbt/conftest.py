"""A small world, built once by dbt; each test changes it within a transaction and rolls back."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.conftest import with_database
from tests.dbt.built_project import BuiltProject
from tests.dbt.small_world import insert_small_world
from tests.dbt_runner import DbtProject

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="session")
def small_world_dsn(postgres_dsn: str, _template_database: str) -> Iterator[str]:
    """URI of a database that holds the small world's events, and nothing of dbt's."""
    name = f"small_world_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_dsn, autocommit=True) as server:
        server.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(_template_database))
        )
        dsn = with_database(postgres_dsn, name)
        with psycopg.connect(dsn) as connection:
            insert_small_world(connection)
        yield dsn
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


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
