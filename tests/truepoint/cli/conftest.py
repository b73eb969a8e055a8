"""A shop: a table of events with all that is awkward in one, and the project that `truepoint init` makes for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import pytest
from typer.testing import CliRunner, Result

from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from truepoint.cli import app
from truepoint.cli.dbt import ensure_packages

# Names that need quotes, types that need casts, a column of SQL's words, a column that no type holds.
_TABLES: Final = """
create schema "Shop";
create type "Shop".channel as enum ('web', 'app');
create domain "Shop".money_amount as numeric(12, 2);
create table "Shop"."Orders" (
    order_id uuid primary key,
    "customerId" bigint not null,
    place varchar(20),
    branch smallint,
    amount numeric(12, 2) not null,
    tip "Shop".money_amount,
    channel "Shop".channel not null,
    "order" integer unique,
    due date,
    basket jsonb,
    created_at timestamptz not null,
    recorded_at timestamptz not null,
    imported_at timestamp
);
comment on table "Shop"."Orders" is 'What {{ was }} ordered: "all" of it';
comment on column "Shop"."Orders".amount is 'Total of the order, # EUR';
insert into "Shop"."Orders"
select
    gen_random_uuid(), n % 5, 'p' || n % 5, n % 3, (n * 37 % 1000) / 100.0, 1.50,
    (array ['web', 'app'])[1 + n % 2]::"Shop".channel, n, date '2026-01-01' + n % 60, '{}',
    timestamptz '2026-01-01 00:00:00Z' + n * interval '3 hours',
    timestamptz '2026-01-01 00:00:00Z' + n * interval '3 hours' + interval '2 seconds',
    timestamp '2026-01-01 00:00:00' + n * interval '3 hours'
from generate_series(1, 400) as n;
"""
TABLE: Final = ("--events", '"Shop"."Orders"')
ROLES: Final = (*TABLE, "--entity", "customerId", "--time", "created_at", "--known-at", "recorded_at")


SCHEMA: Final = "first_service"


@dataclass(frozen=True)
class FirstService:
    """A project that was begun and got its first service, both built. The four results are in their order."""

    project: DbtProject
    begun: Result
    again: Result
    added: Result
    files_before: dict[str, str]
    files_again: dict[str, str]
    output: str
    online_manifest: Path


def run(*arguments: str) -> Result:
    """Run a command of truepoint."""
    return CliRunner().invoke(app, list(arguments))


def project_files(folder: Path) -> dict[str, str]:
    """The text of each file that dbt did not leave."""
    left_by_dbt = ("target", "dbt_packages", "package-lock.yml", "logs")
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in left_by_dbt
    }


@pytest.fixture(scope="session")
def shop_dsn(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute(_TABLES)
        yield dsn


@pytest.fixture(scope="session")
def first_service(shop_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> FirstService:
    folder = tmp_path_factory.mktemp("work") / "my-shop"
    folder.mkdir()
    project = DbtProject(folder, shop_dsn, folder / "target" / "online", {"TRUEPOINT_SCHEMA": SCHEMA})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUEPOINT_DSN", shop_dsn)
        patch.chdir(folder)
        begun = run("init")
        before = project_files(folder)
        again = run("init")
        files_again = project_files(folder)
        ensure_packages(folder)
        project.run("build")
        added = run("init", *ROLES)
    output = project.run("build")
    return FirstService(project, begun, again, added, before, files_again, output, project.compile_online())
