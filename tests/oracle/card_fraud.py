"""The features of service card_fraud, and the ones they rest on, written down a second time in Python over the oracle.

Nothing here reads the dbt project: a definition that changes there must be changed here too, on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.oracle.oracle import Event, Request, feature_value, found

Value = int | float | bool | str | None


@dataclass(frozen=True)
class Transaction:
    """A row of payments.transactions. amount_minor is in the base currency."""

    transaction_id: str
    account_id: str | None
    merchant_id: str | None
    device_id: str | None
    is_declined: bool | None
    amount_minor: int | None
    country: str | None
    occurred_at: datetime | None
    known_at: datetime | None


@dataclass(frozen=True)
class Chargeback:
    """A row of payments.chargebacks; occurred_at is the disputed transaction's."""

    chargeback_id: str
    merchant_id: str | None
    occurred_at: datetime | None
    known_at: datetime | None


@dataclass(frozen=True)
class AccountVersion:
    """A row of payments.accounts."""

    account_version_id: str
    account_id: str | None
    home_country: str | None
    occurred_at: datetime | None
    known_at: datetime | None


@dataclass(frozen=True)
class SpineRow:
    """A row of the spine, and the request that stands for it. event_id names a transaction, the decided one."""

    spine_id: str
    event_id: str | None
    as_of: datetime
    account_id: str | None
    merchant_id: str | None
    device_id: str | None
    amount_minor: int | None
    country: str | None


@dataclass(frozen=True)
class World:
    """All that was recorded, and all that is asked."""

    transactions: Sequence[Transaction]
    chargebacks: Sequence[Chargeback]
    account_versions: Sequence[AccountVersion]
    spine: Sequence[SpineRow]


ACCOUNT = {
    "account_txn_count_1h": {"aggregate": "count", "window": "1h"},
    "account_amount_sum_24h": {"aggregate": "sum", "of": "amount_minor", "window": "24h"},
    "account_amount_mean_30d": {"aggregate": "mean", "of": "amount_minor", "window": "30d"},
    "account_amount_stddev_30d": {"aggregate": "stddev", "of": "amount_minor", "window": "30d"},
    "account_distinct_merchants_7d": {"aggregate": "count_distinct", "of": "merchant_id", "window": "7d"},
    "txn_seconds_since_last": {"aggregate": "seconds_since_last", "window": "90d"},
}
MERCHANT = {
    "merchant_txn_count_5m": {"aggregate": "count", "window": "5m"},
    "merchant_declined_share_1h": {"aggregate": "mean", "of": "is_declined", "window": "1h"},
    "merchant_amount_stddev_30d": {"aggregate": "stddev", "of": "amount_minor", "window": "30d"},
}
CHARGEBACK = {"merchant_chargeback_count_90d": {"aggregate": "count", "window": "90d"}}
DEVICE = {"account_device_txn_count_90d": {"aggregate": "count", "window": "90d"}}
PROFILE = {"account_home_country": {"aggregate": "attribute", "of": "home_country"}}
SERVED = (
    "account_txn_count_1h",
    "account_amount_sum_24h",
    "account_amount_mean_30d",
    "account_distinct_merchants_7d",
    "merchant_txn_count_5m",
    "merchant_declined_share_1h",
    "merchant_amount_stddev_30d",
    "merchant_chargeback_count_90d",
    "txn_amount_zscore_30d",
    "txn_is_foreign_country",
    "txn_is_new_device",
    "txn_seconds_since_last",
)
WINDOWS = ("5m", "1h", "24h", "7d", "30d", "90d")


def expected_values(world: World, row: SpineRow) -> dict[str, Value]:
    """Every feature of `row`, the helper features among them."""
    values: dict[str, Any] = {}
    for events, request, definitions in _views(world, row).values():
        values |= {name: feature_value(events, request, definition) for name, definition in definitions.items()}
    mean, stddev = values["account_amount_mean_30d"], values["account_amount_stddev_30d"]
    home = values["account_home_country"]
    return values | {
        "txn_amount_zscore_30d": _zscore(row.amount_minor, mean, stddev),
        "txn_is_foreign_country": None if row.country is None or home is None else row.country != home,
        "txn_is_new_device": None if row.device_id is None else values["account_device_txn_count_90d"] == 0,
    }


def expected_found(world: World, row: SpineRow) -> dict[str, bool]:
    """Per feature view over events: whether the row's key has an event known by then."""
    return {view: found(events, request) for view, (events, request, _) in _views(world, row).items()}


def _zscore(amount: int | None, mean: float | None, stddev: float | None) -> float | None:
    if amount is None or mean is None or not stddev:
        return None
    return (float(amount) - mean) / stddev + 0.0


def _views(world: World, row: SpineRow) -> dict[str, tuple[list[Event], Request, dict[str, dict[str, str]]]]:
    def transactions(*keys: str) -> list[Event]:
        return [
            Event(t.transaction_id, t.occurred_at, t.known_at, tuple(getattr(t, key) for key in keys), vars(t))
            for t in world.transactions
        ]

    chargebacks = [
        Event(c.chargeback_id, c.occurred_at, c.known_at, (c.merchant_id,), vars(c)) for c in world.chargebacks
    ]
    versions = [
        Event(v.account_version_id, v.occurred_at, v.known_at, (v.account_id,), vars(v)) for v in world.account_versions
    ]
    # The decided event is a transaction: a chargeback or an account version of the same name is another event.
    deciding = {
        "account_features": (transactions("account_id"), (row.account_id,), ACCOUNT),
        "merchant_features": (transactions("merchant_id"), (row.merchant_id,), MERCHANT),
        "account_device_features": (transactions("account_id", "device_id"), (row.account_id, row.device_id), DEVICE),
    }
    others = {
        "merchant_chargeback_features": (chargebacks, (row.merchant_id,), CHARGEBACK),
        "account_profile": (versions, (row.account_id,), PROFILE),
    }
    return {
        **{name: (events, Request(keys, row.as_of, row.event_id), d) for name, (events, keys, d) in deciding.items()},
        **{name: (events, Request(keys, row.as_of), d) for name, (events, keys, d) in others.items()},
    }
