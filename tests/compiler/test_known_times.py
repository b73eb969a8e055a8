"""The data test known_times fails, in a sentence that says what to write, on each kind of known time that cannot be."""

from typing import Any, Final

import psycopg
import pytest

from tests.macro_call import Macros

EVENTS: Final = {
    "name": "orders",
    "relation": "pg_temp.orders",
    "event_time": "placed_at",
    "known_at": "loaded_at",
    "history": None,
}
HISTORY: Final = {"before": "2026-03-01T00:00:00Z", "delay": "1h", "seconds": 3600}
AS_THEY_CAME: Final = """
insert into pg_temp.orders
select timestamptz '2026-01-01Z' + n * interval '1 day', timestamptz '2026-01-01 00:00:05Z' + n * interval '1 day'
from generate_series(1, 50) as n
"""
AT_ONCE: Final = AS_THEY_CAME.replace(
    "timestamptz '2026-01-01 00:00:05Z' + n * interval '1 day'", "timestamptz '2026-03-01 10:20:30Z'"
)


def problems(dsn: str, *statements: str, skew: str = "5m", **changes: Any) -> list[str]:
    """What the test says of these rows."""
    query = Macros("postgres")._known_times_query(EVENTS | changes, skew)
    with psycopg.connect(dsn, options="-c TimeZone=America/New_York") as connection:
        connection.execute("create temporary table orders (placed_at timestamptz, loaded_at timestamptz)")
        for statement in statements:
            connection.execute(statement.encode())
        return [problem for (problem,) in connection.execute(query.encode())]


def test_known_times_that_can_be_meant_pass(database_dsn: str) -> None:
    assert problems(database_dsn, AS_THEY_CAME) == []
    assert problems(database_dsn) == []


def test_a_null_known_time_fails(database_dsn: str) -> None:
    (problem,) = problems(database_dsn, AS_THEY_CAME, "insert into pg_temp.orders values ('2026-02-01Z', null)")
    assert problem.startswith("orders: 1 of 51 events have no known time, and never count.")


@pytest.mark.parametrize(("skew", "is_told"), [("5m", True), ("2h", False)])
def test_an_event_known_before_it_happened_fails(database_dsn: str, skew: str, *, is_told: bool) -> None:
    early = "insert into pg_temp.orders values ('2026-02-01 12:00Z', '2026-02-01 11:00Z')"
    found = problems(database_dsn, AS_THEY_CAME, early, skew=skew)
    assert [problem[:58] for problem in found] == (
        ["orders: 1 of 51 events were known more than 5m before they"] if is_told else []
    )


def test_known_times_of_one_load_fail_with_what_to_declare(database_dsn: str) -> None:
    (problem,) = problems(database_dsn, AT_ONCE)
    assert "50 of 50 events, of 49 days, were known within the hour from 2026-03-01 10:20 UTC" in problem
    assert "known_at: {column: loaded_at, history_before: '2026-03-01T10:20:00Z', delay: 1h}" in problem


def test_a_declared_history_passes(database_dsn: str) -> None:
    assert problems(database_dsn, AT_ONCE, history=HISTORY) == []


@pytest.mark.parametrize("kept", ["n <= 19", "n <= 29"], ids=["few rows", "few days"])
def test_a_load_of_little_passes(database_dsn: str, kept: str) -> None:
    assert problems(database_dsn, AT_ONCE + f" where {kept}") == []
