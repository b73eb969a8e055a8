"""Is there a pooler between us and Postgres, and does it keep a session for us?

The server's settings and prepared statements live in a session. A pooler in transaction or statement mode gives each
transaction another one, and answers then fail by chance: so it is refused at the start.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import asyncpg

from truepoint.errors import WarehouseError
from truepoint.postgres_uri import uri_for_asyncpg

OTHERS: Final = 8
_BACKEND: Final = "select pg_catalog.pg_backend_pid()"


class Session(Protocol):
    """What is asked of a connection: the backend that it was promised, and the one that it has."""

    def get_server_pid(self) -> int:
        """The process id that Postgres gave at the start."""

    async def fetchval(self, query: str) -> object:
        """The first value of a statement."""

    async def execute(self, query: str) -> str:
        """Run a statement."""

    def terminate(self) -> None:
        """Close without a word."""


async def is_pooled(connection: Session) -> bool:
    """Say whether a pooler stands between: it gives its clients process ids of its own."""
    return await connection.fetchval(_BACKEND) != connection.get_server_pid()


async def refuse_shared_sessions(
    connection: Session, *, open_another: Callable[[], Awaitable[Session]], timeout_seconds: float
) -> None:
    """Raise WarehouseError where another client is given the session of `connection` while that is open."""
    try:
        is_shared = await is_pooled(connection) and await _is_given_away(connection, open_another, timeout_seconds)
    except (asyncpg.DuplicatePreparedStatementError, asyncpg.InvalidSQLStatementNameError):
        is_shared = True  # it has statements of another client, or has lost ours
    if is_shared:
        raise WarehouseError(
            "A pooler in transaction or statement mode stands before Postgres (such as pgbouncer): each request would "
            "get another session, without the server's settings and prepared statements. Set its pool_mode to session "
            "for this user, or connect to Postgres itself; the server keeps a pool of its own."
        )


def opener(dsn: str, *, timeout_seconds: float) -> Callable[[], Awaitable[Session]]:
    """Return what opens one more connection."""

    async def open_another() -> Session:
        return await asyncpg.connect(uri_for_asyncpg(dsn), timeout=timeout_seconds, statement_cache_size=0)

    return open_another


async def _is_given_away(
    connection: Session, open_another: Callable[[], Awaitable[Session]], timeout_seconds: float
) -> bool:
    backend = await connection.fetchval(_BACKEND)
    others: list[Session] = []
    try:
        # Each holds what it was given, so that the pooler has to give the next one another, until ours is the next.
        for _ in range(OTHERS):
            async with asyncio.timeout(timeout_seconds):
                others.append(await open_another())
                await others[-1].execute("begin")
                if await others[-1].fetchval(_BACKEND) == backend:
                    return True
    except asyncpg.PostgresError as error:
        return "pooling mode" in str(error)  # statement mode takes no transactions; else it has no more sessions
    except (OSError, TimeoutError, asyncpg.InterfaceError):
        return False  # it has no more sessions, and has not given ours away
    finally:
        for other in others:
            other.terminate()
    return False
