"""One connection for looking at a database, or one clear sentence on why there is none."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import asyncpg

from truepoint.errors import WarehouseError

OLDEST_POSTGRES: Final = 15
Connection = Any  # asyncpg has no types


@asynccontextmanager
async def connect(
    dsn: str, *, timeout_seconds: float, server_settings: Mapping[str, str] | None = None
) -> AsyncIterator[Connection]:
    """Open a connection and close it in the end.

    Raises WarehouseError when the database cannot be reached in time, or is older than Postgres 15.
    """
    try:
        connection = await asyncpg.connect(dsn, timeout=timeout_seconds, server_settings=dict(server_settings or {}))
    except TimeoutError as error:
        raise WarehouseError(f"{describe(dsn)} does not answer within {timeout_seconds:g} s.") from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise WarehouseError(f"{describe(dsn)} cannot be reached: {error}.") from error
    try:
        version = connection.get_server_version()
        if version.major < OLDEST_POSTGRES:
            raise WarehouseError(
                f"{describe(dsn)} is Postgres {version.major}; truepoint needs {OLDEST_POSTGRES} or newer."
            )
        yield connection
    finally:
        await connection.close(timeout=timeout_seconds)


def describe(dsn: str) -> str:
    """Name the database of a URI for people: where it is, never the password."""
    parts = urlsplit(dsn)
    place = parts.hostname or parse_qs(parts.query).get("host", ["the default socket"])[0]
    port = f":{parts.port}" if parts.port else ""
    return f"The database {parts.path.lstrip('/') or '(default)'} at {place}{port}"
