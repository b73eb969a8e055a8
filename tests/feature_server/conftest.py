"""The server over a database of the test, by a manifest written by hand."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from feature_server.main import create_app
from feature_server.settings import FeatureServerSettings, load_server_settings
from tests.feature_server.asgi import serving
from tests.feature_server.manifest import compiled, signature, write_manifest

MakeSettings = Callable[..., FeatureServerSettings]


@pytest.fixture
def manifest_path(tmp_path: Path) -> Path:
    """Manifest of both services."""
    return write_manifest(tmp_path, compiled(signature("account_activity")), compiled(signature("echo")))


@pytest.fixture
def make_settings(database_dsn: str, manifest_path: Path) -> MakeSettings:
    """Make settings for the test's database and manifest; arguments win over them."""

    def make(**overrides: Any) -> FeatureServerSettings:
        return load_server_settings(
            **{"dsn": database_dsn, "manifest_path": manifest_path, "pool_size": 2, **overrides}
        )

    return make


@pytest.fixture
async def client(make_settings: MakeSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Client of a started server."""
    async with serving(create_app(make_settings())) as started:
        yield started


@pytest.fixture
def transactions(database_dsn: str) -> str:
    """Three transactions of account A1, each known a second after it occurred; returns the DSN of their database."""
    add_transaction(database_dsn, "t1", occurred_at="2026-01-01T10:00:00Z", amount=100)
    add_transaction(database_dsn, "t2", occurred_at="2026-01-01T11:30:00Z", amount=250)
    add_transaction(database_dsn, "t3", occurred_at="2026-01-01T11:45:00Z", amount=7)
    return database_dsn


def add_transaction(dsn: str, transaction_id: str, *, occurred_at: str, amount: int, account_id: str = "A1") -> None:
    """Insert a transaction as history: known one second after it occurred."""
    with psycopg.connect(dsn) as connection:
        connection.execute("set local truepoint.load_history = 'on'")
        connection.execute(
            """
            insert into payments.transactions (
                transaction_id, account_id, merchant_id, kind, is_declined, is_overdraft,
                amount_minor, currency, base_amount_minor, occurred_at, known_at
            )
            values (
                %s, %s, 'M1', 'purchase', false, false,
                %s, 'EUR', %s, %s, %s::timestamptz + interval '1 second'
            )
            """,
            [transaction_id, account_id, amount, amount, occurred_at, occurred_at],
        )


def ask(service: str, *rows: dict[str, object]) -> dict[str, object]:
    """Return the body of a request."""
    return {"service": service, "rows": list(rows)}
