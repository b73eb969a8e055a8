"""Connections to a database, by either driver, or one clear sentence on why there is none."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import asyncpg
import psycopg

from truepoint.errors import WarehouseError
from truepoint.postgres_uri import describe_uri, read_uri, uri_for_asyncpg

OLDEST_POSTGRES: Final = 15
CONNECT_TIMEOUT_SECONDS: Final = 10  # where the URI has no connect_timeout

AsyncpgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def connect(
    dsn: str,
    *,
    autocommit: bool = False,
    session: Mapping[str, str] | None = None,
    application_name: str = "truepoint",
) -> "psycopg.Connection[tuple[Any, ...]]":
    """Open a connection of psycopg. session: settings of Postgres that it begins with.

    Raises WarehouseError when there is no answer, or the server is older than Postgres 15.
    """
    parameters = _psycopg_parameters(dsn, session, application_name)
    try:
        connection = psycopg.connect(dsn, autocommit=autocommit, **parameters)
    except psycopg.Error as error:
        raise _unreachable(dsn, error) from error
    try:
        _refuse_old(dsn, connection.info.server_version // 10_000)
    except WarehouseError:
        connection.close()
        raise
    return connection


async def connect_async(
    dsn: str, *, session: Mapping[str, str] | None = None, application_name: str = "truepoint"
) -> "psycopg.AsyncConnection[tuple[Any, ...]]":
    """`connect`, for an event loop."""
    parameters = _psycopg_parameters(dsn, session, application_name)
    try:
        connection = await psycopg.AsyncConnection.connect(dsn, **parameters)
    except psycopg.Error as error:
        raise _unreachable(dsn, error) from error
    try:
        _refuse_old(dsn, connection.info.server_version // 10_000)
    except WarehouseError:
        await connection.close()
        raise
    return connection


@asynccontextmanager
async def connect_asyncpg(
    dsn: str, *, session: Mapping[str, str] | None = None, timeout_seconds: float | None = None
) -> AsyncIterator[AsyncpgConnection]:
    """Open a connection of asyncpg and close it in the end. timeout_seconds: by default, as the URI says.

    Raises WarehouseError when the database cannot be reached in time, or is older than Postgres 15.
    """
    limit_seconds = connect_timeout_seconds(dsn) if timeout_seconds is None else timeout_seconds
    try:
        connection = await asyncpg.connect(uri_for_asyncpg(dsn), timeout=limit_seconds)
    except TimeoutError as error:
        raise WarehouseError(f"{describe_uri(dsn)} does not answer within {limit_seconds:g} s.") from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _unreachable(dsn, error) from error
    try:
        _refuse_old(dsn, connection.get_server_version().major)
        await set_session(connection, session=session or {})
        yield connection
    finally:
        await connection.close(timeout=limit_seconds)


async def set_session(connection: AsyncpgConnection, *, session: Mapping[str, str]) -> None:
    """Give an open session its settings. Poolers refuse them, or drop them in silence, while a connection starts."""
    if session:
        # Without parameters, it is not prepared.
        given = ", ".join(f"set_config({_quoted(name)}, {_quoted(value)}, false)" for name, value in session.items())
        await connection.execute(f"select {given}")


def connect_timeout_seconds(dsn: str) -> int:
    """How long to wait for a connection: what the URI says, else ten seconds."""
    given = int(_read(dsn).get("connect_timeout", CONNECT_TIMEOUT_SECONDS))
    return given or CONNECT_TIMEOUT_SECONDS  # 0 is libpq's for ever, and no command waits for ever


def _psycopg_parameters(dsn: str, session: Mapping[str, str] | None, application_name: str) -> dict[str, Any]:
    options = [given] if (given := _read(dsn).get("options")) else []
    options += [f"-c {name}={value}" for name, value in (session or {}).items()]
    return {
        "application_name": application_name,
        "connect_timeout": connect_timeout_seconds(dsn),
        **({"options": " ".join(options)} if options else {}),
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read(dsn: str) -> dict[str, str]:
    try:
        return read_uri(dsn)
    except ValueError as error:
        raise WarehouseError(f"The database's URI {error}.") from error


def _unreachable(dsn: str, error: Exception) -> WarehouseError:
    cause = " ".join(str(error).split()).rstrip(".?")  # libpq writes several lines
    return WarehouseError(
        f"{describe_uri(dsn)} cannot be reached: {cause}. Start it (the embedded one with `truepoint up`), or check "
        "TRUEPOINT_DSN."
    )


def _refuse_old(dsn: str, version: int) -> None:
    if version < OLDEST_POSTGRES:
        raise WarehouseError(f"{describe_uri(dsn)} is Postgres {version}; truepoint needs {OLDEST_POSTGRES} or newer.")
