"""A pooler that shares sessions is refused at the start; one that keeps them, and Postgres itself, are not.

The fakes answer as pgbouncer 1.18 was seen to: clients get process ids of its own, and transactions the backend that
was freed last.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

import asyncpg
import pytest

from feature_server.main import create_app
from feature_server.pooling import refuse_shared_sessions
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import MakeSettings
from truepoint.errors import WarehouseError
from truepoint.postgres.connecting import connect_asyncpg

Mode = Literal["none", "session", "transaction", "statement"]


@dataclass
class Pooler:
    """Backends 1 to `size`; the one freed last, or else the one freed first, is given next."""

    mode: Mode
    size: int = 4
    is_round_robin: bool = False
    free: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.free = list(range(1, self.size + 1))

    async def take(self) -> int:
        while not self.free:
            await asyncio.sleep(60)
        return self.free.pop(0 if self.is_round_robin else -1)


@dataclass
class Client:
    pooler: Pooler
    backend: int | None = None
    is_in_transaction: bool = False

    def get_server_pid(self) -> int:
        return -5 if self.pooler.mode != "none" else (self.backend or 0)

    async def execute(self, query: str) -> str:
        assert query == "begin"
        if self.pooler.mode == "statement":
            raise asyncpg.ProtocolViolationError("transaction blocks not allowed in statement pooling mode")
        self.is_in_transaction = True
        return query

    async def fetchval(self, query: str) -> object:
        assert "pg_backend_pid" in query
        if self.backend is None:
            self.backend = await self.pooler.take()
        given = self.backend
        if self.pooler.mode in ("transaction", "statement") and not self.is_in_transaction:
            self.pooler.free.append(given)
            self.backend = None
        return given

    def terminate(self) -> None:
        self.pooler = Pooler("none")


async def start(pooler: Pooler) -> None:
    async def open_another() -> Client:
        return Client(pooler)

    first = Client(pooler)
    if pooler.mode in ("none", "session"):
        first.backend = await pooler.take()
    await refuse_shared_sessions(first, open_another=open_another, timeout_seconds=0.05)


@pytest.mark.parametrize("size", [1, 2, 8])
@pytest.mark.parametrize("is_round_robin", [False, True], ids=["last freed", "round robin"])
@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pooler_that_shares_sessions_is_refused(mode: Mode, size: int, is_round_robin: bool) -> None:
    with pytest.raises(WarehouseError, match="A pooler in transaction or statement mode stands before Postgres"):
        await start(Pooler(mode, size=size, is_round_robin=is_round_robin))


@pytest.mark.parametrize("size", [1, 2, 20])
@pytest.mark.parametrize("mode", ["none", "session"])
async def test_a_session_of_one_s_own_is_good_also_where_there_is_no_other(mode: Mode, size: int) -> None:
    await start(Pooler(mode, size=size))


async def test_a_statement_of_another_client_tells_it_too() -> None:
    class Confused(Client):
        async def fetchval(self, query: str) -> object:
            raise asyncpg.DuplicatePreparedStatementError('prepared statement "__asyncpg_stmt_1__" already exists')

    async def open_another() -> Client:
        raise AssertionError

    with pytest.raises(WarehouseError, match="pool_mode to session"):
        await refuse_shared_sessions(Confused(Pooler("transaction")), open_another=open_another, timeout_seconds=0.05)


async def test_sessions_have_their_settings_though_none_is_a_startup_parameter(
    make_settings: MakeSettings, database_dsn: str
) -> None:
    async with serving(create_app(make_settings())) as client:
        assert (await client.get("/readyz")).status_code == 200
        async with connect_asyncpg(database_dsn) as connection:
            name = await connection.fetchval(
                "select application_name from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
            )
    assert name == "truepoint feature server"


async def test_a_setting_is_what_was_given_whatever_it_holds(database_dsn: str) -> None:
    session = {"application_name": "it's 100%", "TimeZone": "UTC", "jit": "off"}
    async with connect_asyncpg(database_dsn, session=session) as connection:
        for setting, value in session.items():
            assert await connection.fetchval("select current_setting($1)", setting) == value
