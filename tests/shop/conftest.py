"""The shop, built once by dbt: another project, database, schemas and domain than payments."""

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from tests.conftest import with_database
from tests.dbt_runner import DbtProject
from tests.projects import copy_project
from tests.shop.world import CORNER_SHOP, make_shop
from truepoint.settings import Settings

ORDERS = 400


@dataclass(frozen=True)
class Shop:
    """project: built, with all its tests green. settings: find its statements, as truepoint's commands do."""

    project: DbtProject
    settings: Settings
    output: str

    @property
    def dsn(self) -> str:
        """URI of the shop's database."""
        return self.project.dsn

    @property
    def manifest(self) -> Path:
        """What the server reads."""
        return self.settings.online_manifest_path


@pytest.fixture(scope="session")
def shop(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop after `dbt build`. Tests that change its tables make another."""
    folder = tmp_path_factory.mktemp("shop")
    name = f"Corner Shop {uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_dsn, autocommit=True) as server:
        server.execute(sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(name)))
        try:
            yield build_shop(with_database(postgres_dsn, name.replace(" ", "%20")), folder, orders=ORDERS)
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def build_shop(dsn: str, folder: Path, *, orders: int) -> Shop:
    """Make the shop's tables in an empty database, and build a copy of its project in `folder`."""
    make_shop(dsn, orders=orders)
    copy = copy_project(folder / "corner_shop", source=CORNER_SHOP)
    project = DbtProject(folder=copy, dsn=dsn, target_path=folder / "target")
    settings = Settings(dsn=SecretStr(dsn), data_dir=folder / "data", dbt_project_dir=copy)
    settings.online_manifest_path.parent.mkdir(parents=True)
    shutil.copyfile(project.compile_online(), settings.online_manifest_path)
    return Shop(project, settings, project.run("build"))
