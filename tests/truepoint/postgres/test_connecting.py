"""Connections by either driver, for every kind of URI that people have."""

import psycopg
import pytest

from feature_server.database import open_database
from feature_server.settings import load_server_settings
from truepoint.errors import WarehouseError
from truepoint.postgres.connecting import connect, connect_async, connect_asyncpg, connect_timeout_seconds
from truepoint.postgres.warehouse import warehouse_status
from truepoint.settings import load_settings

PARAMETERS = [
    "connect_timeout=5",
    "sslmode=prefer&channel_binding=prefer",
    "keepalives=1&keepalives_idle=30",
    "gssencmode=disable",
    "application_name=a%40b",
    "options=-c%20work_mem%3D5MB",
    "target_session_attrs=read-write",
    "client_encoding=utf8",
]
SETTINGS = "select current_setting('work_mem'), current_setting('TimeZone')"


def _with(dsn: str, parameters: str) -> str:
    return f"{dsn}{'&' if '?' in dsn else '?'}{parameters}"


@pytest.mark.parametrize("parameters", PARAMETERS)
async def test_a_uri_that_libpq_takes_is_taken_by_all(
    parameters: str, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = _with(postgres_dsn, parameters)
    session = {"TimeZone": "Asia/Kolkata"}
    with psycopg.connect(postgres_dsn) as plain:
        usual = plain.execute(SETTINGS).fetchone()
    assert usual is not None
    wanted = ("5MB" if "work_mem" in parameters else usual[0], "Asia/Kolkata")
    with connect(dsn, session=session) as connection:
        assert connection.execute(SETTINGS).fetchone() == wanted
    async with await connect_async(dsn, session=session) as psycopg_connection:
        assert await (await psycopg_connection.execute(SETTINGS)).fetchone() == wanted
    async with connect_asyncpg(dsn, session=session) as asyncpg_connection:
        assert [tuple(row) for row in await asyncpg_connection.fetch(SETTINGS)] == [wanted]
    monkeypatch.setenv("TRUEPOINT_DSN", dsn)
    assert warehouse_status(load_settings()).is_running
    async with open_database(load_server_settings(pool_size=1)) as database:
        await database.check_ready(())


async def test_connections_are_refused_alike(postgres_dsn: str) -> None:
    dsn = "postgresql://u:S3cr3t@127.0.0.1:1/db?connect_timeout=2"
    assert connect_timeout_seconds(dsn) == 2
    refusal = (
        r"^The database db at 127\.0\.0\.1:1 cannot be reached: .* Start it \(the embedded one with `truepoint up`\)"
    )
    with pytest.raises(WarehouseError, match=refusal) as of_psycopg:
        connect(dsn)
    with pytest.raises(WarehouseError, match=refusal) as of_psycopg_async:
        await connect_async(dsn)
    with pytest.raises(WarehouseError, match=refusal) as of_asyncpg:
        async with connect_asyncpg(dsn):
            pass
    assert not any("S3cr3t" in str(refused.value) for refused in (of_psycopg, of_psycopg_async, of_asyncpg))
    with pytest.raises(WarehouseError, match="The database's URI has the parameter sslmod"):
        connect(_with(postgres_dsn, "sslmod=require"))


async def test_an_old_server_is_refused_by_both_drivers(postgres_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truepoint.postgres.connecting.OLDEST_POSTGRES", 99)
    with psycopg.connect(postgres_dsn) as connection:
        version = connection.info.server_version // 10_000
    refusal = rf"is Postgres {version}; truepoint needs 99 or newer"
    with pytest.raises(WarehouseError, match=refusal):
        connect(postgres_dsn)
    with pytest.raises(WarehouseError, match=refusal):
        await connect_async(postgres_dsn)
    with pytest.raises(WarehouseError, match=refusal):
        async with connect_asyncpg(postgres_dsn):
            pass
