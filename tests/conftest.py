"""Fixtures for every test: a real Postgres, and a database of its own per test."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from tests.dbt_runner import DbtProject
from tests.projects import DBT_PROJECT
from truepoint.cli.dbt import ensure_packages
from truepoint.postgres.embedded import EmbeddedPostgres
from truepoint.postgres.warehouse import install_schema
from truepoint.settings import Settings

# Who uses one of these runs dbt, or Spark: fixtures, and names that a test module imports.
_DBT_FIXTURES: Final = {"built", "dbt_project", "features", "increments", "trained"}
_DBT_NAMES: Final = {"DbtProject", "compiled_over"}
_DBT_FILES: Final = {"test_definition_errors.py"}  # each dbt a process of its own
_SPARK_NAMES: Final = {"run_session"}

NewDatabase = Callable[[], AbstractContextManager[str]]

# Data of tests need not outlive a power cut; and there may be several servers.
TEST_SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


def pytest_configure(config: pytest.Config) -> None:
    """Let the dbt project find the compiler, once and before any worker starts."""
    if not hasattr(config, "workerinput"):
        ensure_packages(DBT_PROJECT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it needs. `slow` is set by hand, and on all that start Spark."""
    for item in items:
        for marker in needed_markers(item):
            item.add_marker(marker)


def needed_markers(item: pytest.Item) -> list[str]:
    """postgres: the shared server, so on every version that is supported. dbt: runs it. spark: starts it."""
    fixtures = set(getattr(item, "fixturenames", ()))
    module_names = vars(item.module).keys() if isinstance(item, pytest.Function) else ()
    markers = ["postgres"] if "postgres_dsn" in fixtures else []
    if fixtures & _DBT_FIXTURES or _DBT_NAMES & set(module_names) or item.path.name in _DBT_FILES:
        markers.append("dbt")
    if _SPARK_NAMES & set(module_names):
        markers += ["spark", "slow"]
    return markers


def with_database(dsn: str, database: str) -> str:
    """Return the URI of another database of the same server."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """URI of a throw-away server's maintenance database, or TRUEPOINT_TEST_DSN (a superuser's) when that is set."""
    given = os.environ.get("TRUEPOINT_TEST_DSN")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="truepoint-test-"))
    server = EmbeddedPostgres(folder / "postgres", extra_settings=TEST_SERVER_SETTINGS)
    try:
        server.start()
        yield server.dsn("postgres")
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _template_database(postgres_dsn: str) -> Iterator[str]:
    """Name of a database with the payments schema, which `new_database` copies."""
    name = f"template_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(name))
        )
        install_schema(with_database(postgres_dsn, name))
        yield name
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def new_database(postgres_dsn: str, _template_database: str) -> NewDatabase:
    """Makes databases with the payments schema: `with new_database() as dsn` gives the URI of one, and drops it."""

    @contextmanager
    def new() -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(postgres_dsn, autocommit=True) as server:
            server.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(name), sql.Identifier(_template_database)
                )
            )
            try:
                yield with_database(postgres_dsn, name)
            finally:
                server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    return new


@pytest.fixture
def database_dsn(new_database: NewDatabase) -> Iterator[str]:
    """URI of a fresh database with the payments schema; dropped after the test."""
    with new_database() as dsn:
        yield dsn


@pytest.fixture
def settings(database_dsn: str, tmp_path: Path) -> Settings:
    """Settings for `database_dsn`, with a data folder of the test's own and this repository's dbt project."""
    return Settings(
        dsn=SecretStr(database_dsn),
        data_dir=tmp_path / "data",
        dbt_project_dir=DBT_PROJECT,
    )


@pytest.fixture(scope="session")
def _dbt_target_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt-target")


@pytest.fixture
def dbt_project(database_dsn: str, _dbt_target_path: Path) -> DbtProject:
    """This repository's dbt project over `database_dsn`. See tests/dbt_runner.py."""
    return DbtProject(folder=DBT_PROJECT, dsn=database_dsn, target_path=_dbt_target_path)
