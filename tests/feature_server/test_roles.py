"""A server whose role may only read: it keeps its rights over a dbt run, and says so when it has lost them."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from feature_server.main import create_app
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import MakeSettings, ask
from tests.feature_server.manifest import STATEMENTS, compiled, signature, write_manifest
from truepoint.cli import app
from truepoint.compiled.registry import load_registry
from truepoint.postgres.doctor import examine

VIEW = 'create view "Staged"."transactions" as select * from payments.transactions'
QUESTION = ask("account_activity", {"account_id": "A1", "amount_minor": 5})


@pytest.fixture
def manifest_path(tmp_path: Path) -> Path:
    """Manifest of a service that reads a view, as dbt makes them."""
    activity = signature("account_activity")
    activity["relations"][0]["relation"] = '"Staged"."transactions"'
    text = STATEMENTS["account_activity"].replace("payments.transactions", '"Staged"."transactions"')
    online = tmp_path / "target" / "online"
    online.mkdir(parents=True)
    return write_manifest(online, compiled(activity, text))


@pytest.fixture
def owner(database_dsn: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute('create schema "Staged"')
        connection.execute(VIEW)
        yield connection


@pytest.fixture
def reader_dsn(database_dsn: str, owner: psycopg.Connection[tuple[object, ...]]) -> Iterator[str]:
    """URI for a role that may do nothing yet."""
    parts = urlsplit(database_dsn)
    name = f"Reader {parts.path.lstrip('/')}"[:63]
    role = sql.Identifier(name)
    owner.execute(sql.SQL("create role {} login password 'secret'").format(role))
    netloc = f"{name.replace(' ', '%20')}:secret@{parts.netloc.rpartition('@')[2]}"
    yield urlunsplit(parts._replace(netloc=netloc))
    owner.execute(sql.SQL("drop owned by {}").format(role))
    owner.execute(sql.SQL("drop role {}").format(role))


@pytest.fixture
def grant(database_dsn: str, manifest_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(manifest_path.parents[2]))
    return CliRunner()


def role_of(dsn: str) -> str:
    return (urlsplit(dsn).username or "").replace("%20", " ")


def rebuild(owner: psycopg.Connection[tuple[object, ...]]) -> None:
    """What a dbt run does with a view."""
    owner.execute('drop view "Staged"."transactions"')
    owner.execute(VIEW)


@pytest.mark.parametrize("how", ["apply", "print"])
async def test_the_role_answers_before_and_after_a_dbt_run(
    how: str,
    reader_dsn: str,
    owner: psycopg.Connection[tuple[object, ...]],
    grant: CliRunner,
    make_settings: MakeSettings,
) -> None:
    result = grant.invoke(app, ["grant", role_of(reader_dsn), *(["--apply"] if how == "apply" else [])])
    assert result.exit_code == 0, result.output
    if how == "print":
        owner.execute(result.stdout.encode())
    async with serving(create_app(make_settings(dsn=reader_dsn))) as client:
        assert (await client.post("/v1/features", json=QUESTION)).status_code == 200
        for _ in range(2):
            rebuild(owner)
            assert (await client.post("/v1/features", json=QUESTION)).status_code == 200
            assert (await client.get("/readyz")).status_code == 200


async def test_a_lost_grant_is_told_by_readyz_and_the_doctor_and_mended_by_the_grant(
    reader_dsn: str,
    owner: psycopg.Connection[tuple[object, ...]],
    grant: CliRunner,
    make_settings: MakeSettings,
    manifest_path: Path,
) -> None:
    role = sql.Identifier(role_of(reader_dsn))
    owner.execute(sql.SQL('grant usage on schema "Staged" to {}').format(role))
    owner.execute(sql.SQL('grant select on "Staged"."transactions" to {}').format(role))
    async with serving(create_app(make_settings(dsn=reader_dsn))) as client:
        assert (await client.get("/readyz")).status_code == 200
        rebuild(owner)
        assert (await client.post("/v1/features", json=QUESTION)).status_code == 503
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["error"]["code"]) == (503, "database_changed")
        examination = await examine(reader_dsn, load_registry(manifest_path))
        (finding,) = (found for found in examination.missing if found.check == "relations")
        assert "may not be read by this role" in finding.message
        assert "truepoint grant" in finding.message
        assert grant.invoke(app, ["grant", role_of(reader_dsn), "--apply"]).exit_code == 0
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.post("/v1/features", json=QUESTION)).status_code == 200


@pytest.mark.parametrize(
    "damage",
    [
        'drop view "Staged"."transactions"',
        'alter view "Staged"."transactions" rename column known_at to seen_at',
        'alter schema "Staged" rename to elsewhere',
    ],
    ids=["view gone", "column renamed", "schema renamed"],
)
async def test_whatever_stops_answers_stops_readiness(
    damage: str, owner: psycopg.Connection[tuple[object, ...]], make_settings: MakeSettings
) -> None:
    async with serving(create_app(make_settings())) as client:
        assert (await client.get("/readyz")).status_code == 200
        owner.execute(damage.encode())
        assert (await client.post("/v1/features", json=QUESTION)).status_code == 503
        assert (await client.get("/readyz")).status_code == 503


def test_a_role_or_relation_that_is_not_there_is_told_in_a_sentence(
    owner: psycopg.Connection[tuple[object, ...]], grant: CliRunner, reader_dsn: str
) -> None:
    assert "there is no role nobody_at_all" in grant.invoke(app, ["grant", "nobody_at_all"]).output
    owner.execute('drop view "Staged"."transactions"')
    assert "Staged.transactions is read by the compiled statements and is not in this database" in (
        grant.invoke(app, ["grant", role_of(reader_dsn)]).output
    )
