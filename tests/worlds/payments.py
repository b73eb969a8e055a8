"""Small worlds of payments, written by hand: what is usual goes without saying."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.oracle.card_fraud import AccountVersion, Chargeback, SpineRow, Transaction, World

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)


def transaction(transaction_id: str, occurred_at: datetime | None, **changes: Any) -> Transaction:
    """A transaction of account a at merchant m, known when it occurs."""
    usual = Transaction(
        transaction_id=transaction_id,
        account_id="a",
        merchant_id="m",
        device_id="d",
        is_declined=False,
        amount_minor=100,
        country="EE",
        occurred_at=occurred_at,
        known_at=occurred_at,
    )
    return replace(usual, **changes)


def asked(**changes: Any) -> SpineRow:
    """A request at noon for account a at merchant m, that decides nothing that was recorded."""
    return replace(SpineRow("s", None, NOON, "a", "m", "d", 100, "EE"), **changes)


def world(
    *transactions: Transaction,
    spine: tuple[SpineRow, ...] | SpineRow = asked(),  # noqa: B008  # frozen
    chargebacks: tuple[Chargeback, ...] = (),
    account_versions: tuple[AccountVersion, ...] = (),
) -> World:
    """A world of these; by default one request at noon asks."""
    rows = spine if isinstance(spine, tuple) else (spine,)
    return World(list(transactions), list(chargebacks), list(account_versions), list(rows))
