"""Generating a sample: the whole company in memory, one Arrow table per event table."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from truepoint.events.sample import arrow, places
from truepoint.events.sample.balances import balances_after, lacks_money, make_incomes
from truepoint.events.sample.chargebacks import REASONS, make_chargebacks
from truepoint.events.sample.fraud import count_fraud, make_fraud
from truepoint.events.sample.known_times import make_known_us
from truepoint.events.sample.money import CODES, make_rates
from truepoint.events.sample.options import SampleOptions
from truepoint.events.sample.population import (
    CATEGORIES,
    SEGMENTS,
    Accounts,
    Customers,
    Merchants,
    Versions,
    make_accounts,
    make_customers,
    make_merchants,
)
from truepoint.events.sample.purchases import make_purchases
from truepoint.events.sample.refunds import REFUND_SHARE, make_refunds
from truepoint.events.sample.rows import ORDINARY, Rows, concatenate

Array = np.ndarray[Any, Any]

CATEGORY_CODES: Final = tuple(category[0] for category in CATEGORIES)


@dataclass(frozen=True)
class Sample:
    """A generated history. tables: a pyarrow table for each event table of schema payments, with its columns."""

    options: SampleOptions
    tables: dict[str, Any]


def generate(options: SampleOptions) -> Sample:
    """Make a sample: the same options give the same rows, in the same order.

    Takes about 500 bytes of memory a transaction.
    """
    rates = make_rates(options)
    customers = make_customers(options)
    accounts = make_accounts(options, customers)
    merchants = make_merchants(options, accounts)

    fraud_count = count_fraud(options.rows)
    refund_count = min(round(options.rows * REFUND_SHARE), (options.rows - fraud_count) // 4)
    ordinary = make_purchases(options, options.rows - fraud_count - refund_count, accounts, merchants, rates)
    purchases = concatenate([ordinary, make_fraud(options, accounts, merchants, rates)]).sorted()
    incomes = make_incomes(options, purchases)
    lacking = lacks_money(options, purchases, incomes) & (purchases.story == ORDINARY)
    purchases = replace(purchases, is_declined=purchases.is_declined | lacking)
    refunds = make_refunds(options, refund_count, purchases, rates)
    rows = concatenate([purchases, refunds]).sorted()

    chargebacks = make_chargebacks(options, rows)
    transactions = _transactions(
        options, rows, is_overdraft=balances_after(options, rows, incomes) < 0, accounts=accounts
    )
    charged = transactions.select(
        ["transaction_id", "account_id", "merchant_id", "base_amount_minor", "occurred_at"]
    ).take(pa.array(chargebacks.transaction))
    return Sample(
        options=options,
        tables={
            "customers": _customers(customers),
            "accounts": _accounts(accounts),
            "merchants": _merchants(merchants),
            "transactions": transactions,
            "chargebacks": pa.table(
                {
                    "chargeback_id": arrow.ids("cb-", np.arange(1, len(chargebacks.transaction) + 1), 7),
                    "transaction_id": charged["transaction_id"],
                    "account_id": charged["account_id"],
                    "merchant_id": charged["merchant_id"],
                    "reason": arrow.texts(REASONS, chargebacks.reason),
                    "base_amount_minor": charged["base_amount_minor"],
                    "occurred_at": charged["occurred_at"],
                    "known_at": arrow.times(chargebacks.known_us),
                }
            ),
        },
    )


def _transactions(options: SampleOptions, rows: Rows, *, is_overdraft: Array, accounts: Accounts) -> Any:
    return pa.table(
        {
            "transaction_id": arrow.ids("t-", np.arange(1, len(rows) + 1), 9),
            "account_id": _account_ids(rows.account),
            "merchant_id": _merchant_ids(rows.merchant),
            "device_id": _device_ids(options, rows, accounts),
            "kind": arrow.texts(("purchase", "refund"), rows.is_refund.astype(np.int8)),
            "is_declined": rows.is_declined,
            "is_overdraft": is_overdraft,
            "amount_minor": rows.amount_minor,
            "currency": arrow.texts(CODES, rows.currency),
            "base_amount_minor": rows.base_amount_minor,
            "country": arrow.texts(places.COUNTRIES, rows.country),
            "latitude": pa.array(rows.latitude, mask=np.isnan(rows.latitude)),
            "longitude": pa.array(rows.longitude, mask=np.isnan(rows.longitude)),
            "occurred_at": arrow.times(rows.occurred_us),
            "known_at": arrow.times(make_known_us(options, rows.occurred_us)),
        }
    )


def _device_ids(options: SampleOptions, rows: Rows, accounts: Accounts) -> Any:
    """Ids in no order, so that nothing but its use tells a thief's device from others."""
    devices = max(accounts.devices, int(rows.device.max(initial=0)) + 1)
    names = arrow.ids("d-", options.random("device ids").permutation(devices) + 1, 6)
    return names.take(pa.array(rows.device, mask=rows.device < 0))


def _customers(customers: Customers) -> Any:
    versions = customers.versions
    customer_id = _customer_ids(versions.entity)
    return pa.table(
        {
            "customer_version_id": arrow.versions(customer_id, versions.number),
            "customer_id": customer_id,
            "segment": arrow.texts(SEGMENTS, versions.value),
            "country": arrow.texts(places.COUNTRIES, customers.country[versions.entity]),
            **_times(versions),
        }
    )


def _accounts(accounts: Accounts) -> Any:
    versions = accounts.versions
    account_id = _account_ids(versions.entity)
    return pa.table(
        {
            "account_version_id": arrow.versions(account_id, versions.number),
            "account_id": account_id,
            "customer_id": _customer_ids(accounts.customer[versions.entity]),
            "home_country": arrow.texts(places.COUNTRIES, versions.value),
            "currency": arrow.texts(CODES, accounts.currency[versions.entity]),
            "opened_at": arrow.times(accounts.opened_us[versions.entity]),
            **_times(versions),
        }
    )


def _merchants(merchants: Merchants) -> Any:
    versions = merchants.versions
    merchant_id = _merchant_ids(versions.entity)
    return pa.table(
        {
            "merchant_version_id": arrow.versions(merchant_id, versions.number),
            "merchant_id": merchant_id,
            "category_code": arrow.texts(CATEGORY_CODES, versions.value),
            "country": arrow.texts(places.COUNTRIES, merchants.country[versions.entity]),
            **_times(versions),
        }
    )


def _times(versions: Versions) -> dict[str, Any]:
    return {"occurred_at": arrow.times(versions.occurred_us), "known_at": arrow.times(versions.known_us)}


def _customer_ids(numbers: Array) -> Any:
    return arrow.ids("cu-", numbers + 1, 6)


def _account_ids(numbers: Array) -> Any:
    return arrow.ids("a-", numbers + 1, 6)


def _merchant_ids(numbers: Array) -> Any:
    return arrow.ids("m-", numbers + 1, 5)
