"""The label: a chargeback of the decided transaction that became known within 60 days; null until those are settled."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from tests.compiler.feature_database import INSERT_TRANSACTION
from tests.dbt.built_project import BuiltProject
from tests.dbt.small_world import DISPUTED_TRANSACTION, INSERT_CHARGEBACK

if TYPE_CHECKING:
    import psycopg

SIXTY_DAYS: Final = timedelta(days=60)
SETTLING_MARGIN: Final = timedelta(minutes=5)
MINUTE: Final = timedelta(minutes=1)
MICROSECOND: Final = timedelta(microseconds=1)


@pytest.fixture
def now(connection: "psycopg.Connection[Any]") -> datetime:
    """The database's clock at the start of the test."""
    row = connection.execute("select statement_timestamp()").fetchone()
    assert row is not None
    moment: datetime = cast("datetime", row[0])
    return moment.astimezone(UTC)  # sixty days are no whole days in a zone whose clocks change


def label(
    built: BuiltProject,
    connection: "psycopg.Connection[Any]",
    decided_at: datetime,
    *known_at: datetime,
    disputed: str = "decided",
) -> bool | None:
    """What the model says of transaction `decided`, with a chargeback of transaction `disputed` known at each time."""
    spine = built.relation("spine_transactions")
    connection.execute("set local truepoint.load_history = 'on'")
    connection.execute(
        INSERT_TRANSACTION,
        ("decided", "a", "m", "d", False, 100, "EE", decided_at, decided_at),
    )
    for number, known in enumerate(known_at):
        connection.execute(INSERT_CHARGEBACK, (f"c-{number}", disputed, "m", decided_at, known))
    connection.execute(f"delete from {spine}")
    connection.execute(f"insert into {spine} {built.model('spine_transactions')}")
    rows = connection.execute(built.model("fraud_labels")).fetchall()
    labels = dict(rows)
    assert len(labels) == len(rows)
    return cast("bool | None", labels["decided"])


@pytest.fixture
def long_ago(now: datetime) -> datetime:
    """A decision whose 60 days have settled long since."""
    return now - timedelta(days=200)


def test_chargeback_known_exactly_60_days_after_the_decision_counts(
    built: BuiltProject, connection: "psycopg.Connection[Any]", long_ago: datetime
) -> None:
    assert label(built, connection, long_ago, long_ago + SIXTY_DAYS) is True


def test_chargeback_known_a_microsecond_later_does_not_count(
    built: BuiltProject, connection: "psycopg.Connection[Any]", long_ago: datetime
) -> None:
    assert label(built, connection, long_ago, long_ago + SIXTY_DAYS + MICROSECOND) is False


def test_the_first_of_several_chargebacks_decides(
    built: BuiltProject, connection: "psycopg.Connection[Any]", long_ago: datetime
) -> None:
    late, early = long_ago + 2 * SIXTY_DAYS, long_ago + timedelta(days=3)
    assert label(built, connection, long_ago, late, early, late) is True


def test_chargeback_of_another_transaction_does_not_count(
    built: BuiltProject, connection: "psycopg.Connection[Any]", long_ago: datetime
) -> None:
    assert label(built, connection, long_ago, long_ago + MINUTE, disputed="t01") is False


def test_no_chargeback_and_settled_is_false(
    built: BuiltProject, connection: "psycopg.Connection[Any]", now: datetime
) -> None:
    assert label(built, connection, now - SIXTY_DAYS - SETTLING_MARGIN - MINUTE) is False


def test_label_is_null_until_the_60_days_have_settled(
    built: BuiltProject, connection: "psycopg.Connection[Any]", now: datetime
) -> None:
    # The 60 days have ended, and the settling margin has not.
    assert label(built, connection, now - SIXTY_DAYS - SETTLING_MARGIN + MINUTE) is None


def test_known_chargeback_is_not_told_before_the_60_days_have_settled(
    built: BuiltProject, connection: "psycopg.Connection[Any]", now: datetime
) -> None:
    # Else frauds would be labelled sooner than the rest, and young rows would look worse than they are.
    decided_at = now - SIXTY_DAYS + MINUTE
    assert label(built, connection, decided_at, decided_at + timedelta(days=1)) is None


def test_decision_younger_than_the_settling_margin_is_not_in_the_spine(
    built: BuiltProject, connection: "psycopg.Connection[Any]", now: datetime
) -> None:
    with pytest.raises(KeyError, match="decided"):
        label(built, connection, now - SETTLING_MARGIN + MINUTE)


def test_training_table_has_the_label_of_its_row(built: BuiltProject, connection: "psycopg.Connection[Any]") -> None:
    rows = connection.execute(f"select spine_id from {built.relation('training_card_fraud')} where is_fraud").fetchall()
    assert rows == [(DISPUTED_TRANSACTION,)]
    unlabelled = connection.execute(
        f"select count(*) from {built.relation('training_card_fraud')} where is_fraud is null"
    ).fetchone()
    assert unlabelled == (0,)
