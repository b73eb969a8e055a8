"""A small training table in a real Postgres, the service it belongs to, and a fake server that answers the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.consistency.fake_server import FakeServer
from truepoint.compiled.registry import Feature, Parameter, Relation, Service, View

TABLE = '"truepoint_features"."training_small"'
ROWS = 57
START = datetime(2026, 1, 1, tzinfo=UTC)
FEATURES = {
    "amount_sum": "bigint",
    "amount_mean": "double precision",
    "is_new": "boolean",
    "home_country": "text",
    "latest_at": "timestamptz",
    "balance": "numeric",
}


@pytest.fixture
def service() -> Service:
    def parameter(name: str, type_name: Any, role: Any) -> Parameter:
        return Parameter(name=name, type=type_name, role=role)

    return Service(
        name="small",
        description="A service for tests.",
        definition_version="0123456789abcdef0123456789abcdef",
        statement="select 1",
        parameters=(
            parameter("account_id", "text", "entity"),
            parameter("amount_minor", "bigint", "request"),
            parameter("event_id", "text", "event"),
            parameter("as_of", "timestamptz", "as_of"),
        ),
        features=tuple(
            Feature(name=name, type=type_name, view="small_features", description="", definition={})  # type: ignore[arg-type]
            for name, type_name in FEATURES.items()
        ),
        views=(
            View(
                name="small_features",
                entity=("account_id",),
                found="found__small_features",
                events="small_events",
                known_key="exists (select 1 from truepoint_features.small_events as counted"
                " where counted.account_id = training.account_id)",
            ),
        ),
        relations=(
            Relation(
                name="small_events",
                relation='"truepoint_features"."small_events"',
                event_time="occurred_at",
                known_at="known_at",
                columns={"account_id": "text", "occurred_at": "timestamptz", "known_at": "timestamptz"},
            ),
        ),
        indexes=(),
    )


def values_of(number: int) -> dict[str, Any]:
    """What both sides say of row `number`; each feature is null somewhere, and bigints exceed a double."""
    if number % 10 == 3:
        return dict.fromkeys(FEATURES)
    return {
        "amount_sum": 2**53 + number,
        "amount_mean": number / 7,
        "is_new": number % 2 == 0,
        "home_country": "EE" if number % 3 else "",
        "latest_at": (START + timedelta(microseconds=number)).isoformat(),
        "balance": f"{number}.10",
    }


@pytest.fixture
def training_table(database_dsn: str) -> Iterator["psycopg.Connection[Any]"]:
    """A connection to the database that holds TABLE with ROWS rows s0, s1, …; commits at once.

    Of the accounts a0 to a3 of the rows, the events know a1 and a2 only.
    """
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute("create schema truepoint_features")
        connection.execute("create table truepoint_features.small_events (account_id text)")
        connection.execute("insert into truepoint_features.small_events values ('a1'), ('a2')")
        columns = ", ".join(f"{name} {type_name}" for name, type_name in FEATURES.items())
        connection.execute(
            f"create table {TABLE} (spine_id text, event_id text, as_of timestamptz, account_id text,"
            f" amount_minor bigint, {columns}, is_fraud boolean)"
        )
        for number in range(ROWS):
            row = (
                f"s{number}",
                f"t{number}",
                START + timedelta(hours=number, microseconds=number),
                None if number == 5 else f"a{number % 4}",
                2**60 + number,
                *values_of(number).values(),
                None,
            )
            connection.execute(f"insert into {TABLE} values ({', '.join(['%s'] * len(row))})", row)
        yield connection


@pytest.fixture
def server(service: Service) -> FakeServer:
    """Answers what the training table holds."""
    return FakeServer(
        values={f"t{number}": values_of(number) for number in range(ROWS)},
        definition_version=service.definition_version,
        found=lambda row: {"small_features": row["account_id"] in ("a1", "a2")},
    )
