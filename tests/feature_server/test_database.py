"""What failures of the database become: always a 503 that says why, and never a wait without end."""

import asyncio
import time
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import psycopg
import pytest
from psycopg import sql

from feature_server.database import Database, open_database
from feature_server.errors import (
    DatabaseAwayError,
    DatabaseChangedError,
    StatementTimeoutError,
)
from feature_server.main import create_app
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import MakeSettings, ask
from tests.feature_server.manifest import row_for_echo

PATH = "/v1/features"


@pytest.fixture
def reader_dsn(database_dsn: str) -> Iterator[str]:
    """URI for a role that may only read the payments tables."""
    role = f"reader_{uuid.uuid4().hex}"
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create role {} login password 'reading'").format(sql.Identifier(role)))
        connection.execute(sql.SQL("grant usage on schema payments to {}").format(sql.Identifier(role)))
        connection.execute(sql.SQL("grant select on all tables in schema payments to {}").format(sql.Identifier(role)))
        parts = urlsplit(database_dsn)
        place = parts.netloc.rpartition("@")[2]
        yield urlunsplit(parts._replace(netloc=f"{role}:reading@{place}"))
        connection.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(role)))


def _end_sessions(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where datname = current_database() and application_name = 'truepoint feature server'"
    )


async def test_sessions_ended_under_the_pool_go_unnoticed(client: httpx.AsyncClient, database_dsn: str) -> None:
    for _ in range(3):
        with psycopg.connect(database_dsn, autocommit=True) as connection:
            _end_sessions(connection)
        response = await client.post(PATH, json=ask("echo", row_for_echo(a_bigint=1)))
        assert response.status_code == 200, response.text


async def test_too_many_connections_is_a_503_and_passes(
    make_settings: MakeSettings, reader_dsn: str, database_dsn: str
) -> None:
    role = sql.Identifier(urlsplit(reader_dsn).username or "")
    async with serving(create_app(make_settings(dsn=reader_dsn))) as client:
        await client.post(PATH, json=ask("echo", row_for_echo()))
        with psycopg.connect(database_dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("alter role {} connection limit 0").format(role))
            _end_sessions(connection)
            response = await client.post(PATH, json=ask("echo", row_for_echo()))
            assert (response.status_code, response.json()["error"]["code"]) == (503, "database_away")
            assert response.headers["retry-after"] == "1"
            connection.execute(sql.SQL("alter role {} connection limit -1").format(role))
        assert (await client.post(PATH, json=ask("echo", row_for_echo()))).status_code == 200


async def test_a_statement_that_takes_too_long_is_cancelled(make_settings: MakeSettings) -> None:
    async with serving(create_app(make_settings(statement_timeout_seconds=0.2))) as client:
        response = await client.post(PATH, json=ask("echo", row_for_echo(say="sleep")))
        assert (response.status_code, response.json()["error"]["code"]) == (503, "statement_timeout")
        assert (await client.post(PATH, json=ask("echo", row_for_echo()))).status_code == 200


async def test_more_requests_than_connections_wait_and_then_are_told_to_come_again(make_settings: MakeSettings) -> None:
    settings = make_settings(pool_size=1, connect_timeout_seconds=0.3, statement_timeout_seconds=1.5)
    async with serving(create_app(settings)) as client:
        slow = asyncio.create_task(client.post(PATH, json=ask("echo", row_for_echo(say="sleep"))))
        await asyncio.sleep(0.1)
        response = await client.post(PATH, json=ask("echo", row_for_echo()))
        assert (response.status_code, response.json()["error"]["code"]) == (503, "database_busy")
        assert (await slow).status_code == 503
        assert (await client.post(PATH, json=ask("echo", row_for_echo()))).status_code == 200


async def test_a_silent_connection_is_given_up_and_replaced(make_settings: MakeSettings) -> None:
    async with open_database(make_settings(pool_size=1, statement_timeout_seconds=0.1)) as database:

        async def hang(_connection: object) -> None:
            await asyncio.sleep(60)

        started = time.monotonic()
        with pytest.raises(DatabaseAwayError):
            await database.run(hang)
        assert time.monotonic() - started < 3
        assert await database.run(lambda connection: connection.fetchval("select 1")) == 1


@pytest.mark.parametrize(
    ("failure", "meaning"),
    [
        (asyncpg.CannotConnectNowError("the database system is starting up"), DatabaseAwayError),
        (asyncpg.AdminShutdownError("terminating connection due to administrator command"), DatabaseAwayError),
        (asyncpg.CrashShutdownError("terminating connection because of crash"), DatabaseAwayError),
        (asyncpg.TooManyConnectionsError("sorry, too many clients already"), DatabaseAwayError),
        (asyncpg.ConnectionDoesNotExistError("connection was closed"), DatabaseAwayError),
        (asyncpg.InterfaceError("connection is closed"), DatabaseAwayError),
        (asyncpg.OutOfMemoryError("out of memory"), DatabaseAwayError),
        (asyncpg.InvalidPasswordError("password authentication failed"), DatabaseAwayError),
        (asyncpg.SerializationError("conflict with recovery"), DatabaseAwayError),
        (ConnectionRefusedError("refused"), DatabaseAwayError),
        (FileNotFoundError("no socket"), DatabaseAwayError),
        (asyncpg.QueryCanceledError("canceling statement due to statement timeout"), StatementTimeoutError),
        (asyncpg.UndefinedTableError("relation does not exist"), DatabaseChangedError),
        (asyncpg.InsufficientPrivilegeError("permission denied"), DatabaseChangedError),
        (asyncpg.ObjectNotInPrerequisiteStateError("not accepting connections"), DatabaseChangedError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_each_failure_has_its_meaning(
    make_settings: MakeSettings, failure: Exception, meaning: type[Exception]
) -> None:
    async def fail(_connection: object) -> None:
        raise failure

    async with open_database(make_settings()) as database:
        with pytest.raises(meaning):
            await database.run(fail)


async def test_a_failing_connect_has_the_same_meaning(make_settings: MakeSettings) -> None:
    class RefusingPool:
        def get_max_size(self) -> int:
            return 1

        async def acquire(self, *, timeout: float) -> None:
            raise asyncpg.CannotConnectNowError("the database system is in recovery mode")

    pool: Any = RefusingPool()
    database = Database(pool, settings=make_settings())
    with pytest.raises(DatabaseAwayError):
        await database.check_ready(())


async def test_the_session_is_read_only_in_utc_with_generic_plans(make_settings: MakeSettings) -> None:
    async with open_database(make_settings()) as database:
        for setting, wanted in {
            "default_transaction_read_only": "on",
            "TimeZone": "UTC",
            "plan_cache_mode": "force_generic_plan",
            "jit": "off",
            "statement_timeout": "10s",
        }.items():
            shown = await database.run(partial(_show, setting))
            assert (setting, shown) == (setting, wanted)


async def _show(setting: str, connection: Any) -> Any:
    return await connection.fetchval(f"show {setting}")
