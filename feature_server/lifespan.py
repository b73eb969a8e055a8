"""Starting and stopping: check manifest against database, open the pool, and close it."""

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feature_server.database import open_database, session_settings
from feature_server.pooling import opener, refuse_shared_sessions
from feature_server.settings import FeatureServerSettings
from feature_server.state import LifespanState, Serving
from truepoint.compiled.registry import Registry
from truepoint.errors import TruepointError
from truepoint.postgres.connecting import connect_asyncpg
from truepoint.postgres.doctor.agreement import refuse_disagreement


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[LifespanState]:
    """Open what requests need. Raises WarehouseError or DatabaseMismatchError before anything is served."""
    serving: Serving = app.state.serving
    await _check(serving.settings, serving.registry)
    async with open_database(serving.settings) as database:
        yield LifespanState(database=database)


async def _check(settings: FeatureServerSettings, registry: Registry) -> None:
    async with connect_asyncpg(
        settings.dsn.get_secret_value(),
        timeout_seconds=settings.connect_timeout_seconds,
        session=session_settings(settings.statement_timeout_seconds),
    ) as connection:
        another = opener(settings.dsn.get_secret_value(), timeout_seconds=settings.connect_timeout_seconds)
        await refuse_shared_sessions(connection, open_another=another, timeout_seconds=settings.connect_timeout_seconds)
        await refuse_disagreement(connection, registry)


class StartFailure:
    """ASGI middleware: a start that fails for an expected reason is told in its one sentence, not as a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; only the message of lifespan.startup.failed is replaced."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        failed = False

        async def withhold_failure(message: Message) -> None:
            nonlocal failed
            failed = failed or message["type"] == "lifespan.startup.failed"
            if message["type"] != "lifespan.startup.failed":
                await send(message)

        try:
            await self.app(scope, receive, withhold_failure)
        except (TruepointError, OSError, asyncpg.PostgresError) as error:
            if failed:
                await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        except BaseException:
            if failed:
                await send({"type": "lifespan.startup.failed", "message": traceback.format_exc()})
            raise
