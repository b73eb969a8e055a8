"""The dbt project, compiled once, in a database of its own."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.compiler.feature_database import FeatureDatabase
from tests.conftest import with_database
from tests.dbt_runner import DbtProject


@pytest.fixture(scope="session")
def features(
    postgres_dsn: str, _template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FeatureDatabase]:
    """The compiled project over an empty database, for tests that ask about a world and roll it back."""
    name = f"features_{uuid.uuid4().hex}"
    dsn = with_database(postgres_dsn, name)
    project = DbtProject(
        folder=Path(__file__).resolve().parents[2] / "dbt_project",
        dsn=dsn,
        target_path=tmp_path_factory.mktemp("features-target"),
    )
    with psycopg.connect(postgres_dsn, autocommit=True) as server:
        server.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(_template_database))
        )
        project.run("compile")
        with psycopg.connect(dsn) as connection:
            database = FeatureDatabase(connection, project.target_path / "manifest.json")
            database.install()
            yield database
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
