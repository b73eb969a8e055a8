"""Some dozen transactions, every fourth of them known late; late chargebacks and account versions too."""

from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.compiler.feature_database import INSERT_ACCOUNT, INSERT_TRANSACTION
from tests.oracle.card_fraud import AccountVersion, Transaction

if TYPE_CHECKING:
    import psycopg

START: Final = datetime(2025, 6, 1, 12, tzinfo=UTC)
STEP: Final = timedelta(minutes=10)
LATE: Final = timedelta(minutes=25)
# Of one account with t16, which happened twenty minutes before it and became known five minutes after it.
EXPOSED_TRANSACTION: Final = "t18"
DISPUTED_TRANSACTION: Final = "t05"

INSERT_CHARGEBACK: Final = """
insert into payments.chargebacks (
    chargeback_id, transaction_id, merchant_id, occurred_at, known_at, account_id, reason, base_amount_minor
) values (%s, %s, %s, %s, %s, 'any', 'fraud', 0)
"""


def small_world() -> list[Transaction]:
    """40 transactions of two accounts at two merchants, ten minutes apart."""
    return [
        Transaction(
            transaction_id=f"t{number:02}",
            account_id=f"a{number % 2}",
            merchant_id=f"m{number % 3 % 2}",
            device_id=f"d{number % 5}" if number % 7 else None,
            is_declined=number % 6 == 0,
            amount_minor=100 * number + number**2,
            country="EE" if number % 4 else "FI",
            occurred_at=START + number * STEP,
            known_at=START + number * STEP + (LATE if number % 4 == 0 else timedelta(0)),
        )
        for number in range(40)
    ]


def insert_small_world(connection: "psycopg.Connection[Any]") -> None:
    """Write the small world's events, with their own known times."""
    opened, moved, told = START - timedelta(days=30), START, START + timedelta(hours=2)
    versions = [
        AccountVersion("v0", "a0", "EE", opened, opened),
        AccountVersion("v1", "a1", "EE", opened, opened),
        AccountVersion("v2", "a0", "FI", moved, told),
    ]
    connection.execute("set local truepoint.load_history = 'on'")
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_TRANSACTION, [astuple(transaction) for transaction in small_world()])
        cursor.executemany(INSERT_ACCOUNT, [astuple(version) for version in versions])
        cursor.execute(
            INSERT_CHARGEBACK, ("c1", DISPUTED_TRANSACTION, "m0", START + 5 * STEP, START + timedelta(hours=4))
        )
