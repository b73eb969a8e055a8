"""The dbt project, compiled once."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.compiler.feature_database import FeatureDatabase
from tests.compiler.probe import add_probe
from tests.conftest import with_database
from tests.dbt_runner import DbtProject

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="session")
def features(
    postgres_dsn: str, _template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FeatureDatabase]:
    """The project, with the probe service beside it, compiled over an empty database of its own.

    For tests that ask about a world and roll it back.
    """
    folder = tmp_path_factory.mktemp("compiler")
    add_probe(DBT_PROJECT, folder / "dbt_project")
    name = f"features_{uuid.uuid4().hex}"
    dsn = with_database(postgres_dsn, name)
    with psycopg.connect(postgres_dsn, autocommit=True) as server:
        server.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(_template_database))
        )
        project = DbtProject(folder=folder / "dbt_project", dsn=dsn, target_path=folder / "target")
        project.run("compile", "--select", "resource_type:model", "path:analyses")
        with psycopg.connect(dsn) as connection:
            database = FeatureDatabase(connection, project.target_path / "manifest.json")
            database.install()
            yield database
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
