"""The dbt project, compiled once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compiler.feature_database import FeatureDatabase, compiled_over
from tests.compiler.probe import add_probe
from tests.conftest import NewDatabase

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="session")
def features(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeatureDatabase]:
    """The project, with the probe service beside it, compiled over an empty database of its own.

    For tests that ask about a world and roll it back.
    """
    folder = tmp_path_factory.mktemp("compiler")
    add_probe(DBT_PROJECT, folder / "dbt_project")
    with (
        new_database() as dsn,
        compiled_over(dsn, folder / "dbt_project", folder / "target") as database,
    ):
        yield database
