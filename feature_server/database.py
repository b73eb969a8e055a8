"""The connections to Postgres: how they are opened, how long they may take, and what each failure means."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import asyncpg

from feature_server.errors import (
    DatabaseAwayError,
    DatabaseBusyError,
    DatabaseChangedError,
    StatementTimeoutError,
)
from feature_server.settings import FeatureServerSettings
from truepoint.compiled.registry import Service
from truepoint.postgres.connecting import set_session
from truepoint.postgres.session import VALUE_SETTINGS
from truepoint.postgres_uri import uri_for_asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Result = TypeVar("Result")

# Postgres cancels a statement at statement_timeout_seconds. Only if that does not arrive does the server give up.
CANCEL_GRACE_SECONDS: Final = 0.5
READY_TIMEOUT_SECONDS: Final = 1.0

# The connection is lost or refused. Another try on another connection is safe, since statements only read.
_connection_errors: Final[tuple[type[Exception], ...]] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleSessionTimeoutError,
)
# What the closing of a connection or a pool may raise.
_closing_errors: Final[tuple[type[Exception], ...]] = (TimeoutError, asyncpg.PostgresError, *_connection_errors)
# Postgres is there and cannot take us now.
_refusals: Final[tuple[type[Exception], ...]] = (
    asyncpg.InsufficientResourcesError,  # too many connections, out of memory, disk full
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.DatabaseDroppedError,
    asyncpg.TransactionRollbackError,  # deadlock; on a standby, a conflict with recovery
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
)
# Of the values of one row: in SQL, raised by a checked cast of ours, or in reading what Python has no value for.
row_errors: Final[tuple[type[Exception], ...]] = (
    asyncpg.DataError,
    asyncpg.CardinalityViolationError,
    asyncpg.RaiseError,
    OverflowError,
    ValueError,
)


def session_settings(statement_timeout_seconds: float) -> dict[str, str]:
    """Return what every session of the server is opened with.

    A generic plan is made once a connection; custom plans would be made per call and cost more than the statement.
    """
    return {
        "application_name": "truepoint feature server",
        "default_transaction_read_only": "on",
        "jit": "off",
        "plan_cache_mode": "force_generic_plan",
        "statement_timeout": str(max(1, round(statement_timeout_seconds * 1000))),  # milliseconds
        **VALUE_SETTINGS,
    }


class Database:
    """A pool of connections that turns every failure into an UnavailableError, and never waits without a bound."""

    def __init__(self, pool: Pool, *, settings: FeatureServerSettings) -> None:
        self._pool = pool
        self._connect_timeout_seconds = settings.connect_timeout_seconds
        self._statement_timeout_seconds = settings.statement_timeout_seconds

    async def run(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Run `work`, which only reads, on a connection; again on another one while connections turn out to be lost.

        A lost connection says nothing about the next: after a restart of Postgres all that stayed open are lost.
        Raises UnavailableError; lets `row_errors` and ApiErrors pass.
        """
        return await self._run_within(work, limit_seconds=self._statement_timeout_seconds + CANCEL_GRACE_SECONDS)

    async def check_ready(self, services: Iterable[Service]) -> None:
        """Raise UnavailableError unless Postgres answers within a second, and runs what requests would run."""
        await self._run_within(lambda connection: connection.fetchval("select 1"), limit_seconds=READY_TIMEOUT_SECONDS)
        for service in services:
            await self.run(partial(_ask_nothing, service))

    async def _run_within(self, work: Callable[[Connection], Awaitable[Result]], *, limit_seconds: float) -> Result:
        lost: _ConnectionLostError | None = None
        for _ in range(self._pool.get_max_size() + 1):
            try:
                return await self._run_once(work, limit_seconds=limit_seconds)
            except _ConnectionLostError as error:
                lost = error
        raise DatabaseAwayError("The database ends every connection. Ask again.", cause=str(lost)) from lost

    async def _run_once(self, work: Callable[[Connection], Awaitable[Result]], *, limit_seconds: float) -> Result:
        connection = await self._acquire()
        try:
            async with asyncio.timeout(limit_seconds):
                return await work(connection)
        except TimeoutError as error:
            _abandon(connection)
            raise DatabaseAwayError(f"The database has not answered within {limit_seconds:g} s. Ask again.") from error
        except asyncio.CancelledError:
            _abandon(connection)
            raise
        except _connection_errors as error:
            _abandon(connection)
            raise _ConnectionLostError(_cause(error)) from error
        except Exception as error:
            self._raise_meaning(error)
            raise
        finally:
            await self._release(connection)

    async def _acquire(self) -> Connection:
        limit_seconds = self._connect_timeout_seconds
        try:
            return await self._pool.acquire(timeout=limit_seconds)
        except TimeoutError as error:
            if self._pool.get_size() == self._pool.get_max_size():
                raise DatabaseBusyError(
                    f"All {self._pool.get_max_size()} connections to the database were in use for {limit_seconds:g} s."
                    " Ask again, or ask fewer rows at a time."
                ) from error
            raise DatabaseAwayError(
                f"The database has not accepted a connection within {limit_seconds:g} s."
            ) from error
        except Exception as error:
            self._raise_meaning(error)
            raise

    async def _release(self, connection: Connection) -> None:
        try:
            await self._pool.release(connection, timeout=self._connect_timeout_seconds)
        except _closing_errors:
            _abandon(connection)

    def _raise_meaning(self, error: Exception) -> None:
        """Raise what `error` means for the caller. Returns for what passes as it is: errors of a row, and our own."""
        if isinstance(error, row_errors):
            return
        cause = _cause(error)
        if isinstance(error, asyncpg.QueryCanceledError):
            raise StatementTimeoutError(
                f"The statement was cancelled: it took longer than {self._statement_timeout_seconds:g} s. "
                "Ask fewer rows at a time; `truepoint doctor` finds a missing index.",
                cause=cause,
            ) from error
        if isinstance(error, _connection_errors):  # of a new connection: an open one was lost in _run_once
            raise DatabaseAwayError("The database is not reachable. Ask again.", cause=cause) from error
        if isinstance(error, _refusals):
            raise DatabaseAwayError("The database cannot take the request now. Ask again.", cause=cause) from error
        if isinstance(error, asyncpg.PostgresError):
            raise DatabaseChangedError(
                "The database has changed: it no longer runs this statement. `truepoint doctor` says what it lacks.",
                cause=cause,
            ) from error


@asynccontextmanager
async def open_database(settings: FeatureServerSettings) -> AsyncIterator[Database]:
    """Open the pool, and close it in the end: with grace first, by force when connections do not end in time."""
    pool = await asyncpg.create_pool(
        uri_for_asyncpg(settings.dsn.get_secret_value()),
        min_size=0,  # asyncpg would keep a floor in the background, and log tracebacks while Postgres is away
        max_size=settings.pool_size,
        timeout=settings.connect_timeout_seconds,
        init=partial(set_session, session=session_settings(settings.statement_timeout_seconds)),
        max_queries=sys.maxsize,
        max_inactive_connection_lifetime=0,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,  # no bound: a compiled statement is longer than the default of 15 KiB
        reset=_keep_session,
    )
    try:
        yield Database(pool, settings=settings)
    finally:
        try:
            async with asyncio.timeout(settings.shutdown_timeout_seconds):
                await pool.close()
        except _closing_errors:
            pool.terminate()


async def _ask_nothing(service: Service, connection: Connection) -> None:
    """Run a service's statement for a row without keys: cheap, and it needs all that a request needs."""
    with suppress(*row_errors):  # of that row: a request's would be answered
        await connection.fetch(service.statement, *([None] for _ in service.parameters))


class _ConnectionLostError(Exception):
    """A connection that was open is lost; the text says how."""


def _cause(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _abandon(connection: Connection) -> None:
    """Close without a word to the other side, which may be silent; a graceful close would wait for it."""
    with suppress(asyncpg.InterfaceError):  # it went back to the pool already
        connection.terminate()


async def _keep_session(_connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Replace asyncpg's RESET ALL after each use, a round trip: our statements change nothing in the session."""
