"""The shape of a sample: what makes it like real payments, and hard for a feature store."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from truepoint.events.sample import Sample, SampleOptions, generate

ROWS = 60_000
DIGEST = """
import hashlib
from truepoint.events.sample import SampleOptions, generate
for name, table in generate(SampleOptions(rows=3_000, seed=5, days=12)).tables.items():
    print(name, table.num_rows, hashlib.sha256(repr(table.to_pylist()).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate(SampleOptions(rows=ROWS, seed=11))


@pytest.fixture(scope="module")
def transactions(sample: Sample) -> pd.DataFrame:
    return frame(sample, "transactions")


@pytest.fixture(scope="module")
def chargebacks(sample: Sample) -> pd.DataFrame:
    return frame(sample, "chargebacks")


def frame(sample: Sample, name: str) -> pd.DataFrame:
    table: pd.DataFrame = sample.tables[name].to_pandas()
    return table


def digest(sample: Sample) -> dict[str, str]:
    return {name: hashlib.sha256(repr(table.to_pylist()).encode()).hexdigest() for name, table in sample.tables.items()}


def seconds_late(rows: pd.DataFrame) -> Any:
    return (rows["known_at"] - rows["occurred_at"]).dt.total_seconds()


def test_same_options_give_the_same_rows_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(outputs) == 1
    assert "transactions 3000" in outputs.pop()


def test_another_seed_gives_other_rows() -> None:
    one, other = (digest(generate(SampleOptions(rows=500, seed=seed))) for seed in (1, 2))
    assert all(one[name] != other[name] for name in one)


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 24, 25, 100, 999, 5_000])
def test_there_are_exactly_as_many_transactions_as_asked_for(rows: int) -> None:
    sample = generate(SampleOptions(rows=rows, seed=rows, days=1, customers=3, accounts=2, merchants=1))
    ids = sample.tables["transactions"]["transaction_id"].to_pylist()
    assert len(set(ids)) == rows
    assert sample.tables["transactions"]["amount_minor"].null_count == 0


def test_transactions_occur_within_the_days_and_number_by_time(transactions: pd.DataFrame) -> None:
    assert transactions["occurred_at"].min() >= datetime(2026, 6, 3, tzinfo=UTC)
    assert transactions["occurred_at"].max() < datetime(2026, 9, 1, tzinfo=UTC)
    assert transactions["occurred_at"].is_monotonic_increasing
    assert transactions["transaction_id"].is_monotonic_increasing
    assert transactions["transaction_id"].iloc[0] == "t-000000001"


def test_a_day_need_not_begin_at_midnight() -> None:
    end = datetime(2026, 3, 5, 17, 30, tzinfo=UTC)
    rows = frame(generate(SampleOptions(rows=2_000, days=2, end=end)), "transactions")
    assert rows["occurred_at"].min() >= datetime(2026, 3, 3, 17, 30, tzinfo=UTC)
    assert rows["occurred_at"].max() < end


def test_one_merchant_has_a_tenth_and_the_rest_fall_off(transactions: pd.DataFrame) -> None:
    shares = transactions["merchant_id"].value_counts(normalize=True)
    assert shares.index[0] == "m-00001"
    assert shares.iloc[0] == pytest.approx(0.10, abs=0.01)
    assert 0.02 < shares.iloc[1] < 0.08
    assert len(shares) > 700
    assert shares.iloc[:80].sum() > 0.5


def test_accounts_are_skewed(transactions: pd.DataFrame) -> None:
    shares = transactions["account_id"].value_counts(normalize=True)
    assert shares.iloc[:600].sum() > 0.3
    assert shares.iloc[0] > 10 / 6_000


def test_days_and_weeks_have_a_rhythm(transactions: pd.DataFrame) -> None:
    by_hour = transactions["occurred_at"].dt.hour.value_counts()
    assert by_hour[9] > 6 * by_hour[0]
    by_weekday = transactions.groupby(transactions["occurred_at"].dt.day_name()).size()
    assert by_weekday["Sunday"] < 0.6 * by_weekday["Wednesday"]


def test_known_times_lie_after_event_times_in_three_bands(transactions: pd.DataFrame) -> None:
    late = seconds_late(transactions)
    assert late.min() >= 0.02
    assert ((late > 2) & (late <= 600)).mean() == pytest.approx(0.02, abs=0.003)
    hours_late = late[late > 600]
    assert 0.0005 < len(hours_late) / len(late) < 0.002
    assert hours_late.min() >= 3_600
    assert hours_late.max() <= 12 * 3_600


@pytest.mark.parametrize("table", ["customers", "accounts", "merchants", "transactions", "chargebacks"])
def test_nothing_is_known_before_it_happened(sample: Sample, table: str) -> None:
    assert (seconds_late(frame(sample, table)) > 0).all()


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("customers", "customer_version_id"),
        ("accounts", "account_version_id"),
        ("merchants", "merchant_version_id"),
        ("chargebacks", "chargeback_id"),
    ],
)
def test_ids_are_unique(sample: Sample, table: str, key: str) -> None:
    assert frame(sample, table)[key].is_unique


def test_some_transactions_share_account_merchant_and_time(transactions: pd.DataFrame) -> None:
    assert transactions.duplicated(["account_id", "merchant_id", "occurred_at"]).sum() > 50
    assert transactions.duplicated(["merchant_id", "occurred_at"]).sum() > 50


def test_currencies_have_none_two_and_three_minor_digits(transactions: pd.DataFrame) -> None:
    shares = transactions["currency"].value_counts(normalize=True)
    assert shares["EUR"] > 0.5
    assert shares["JPY"] > 0.01
    assert shares["KWD"] > 0.005
    euros = transactions[transactions["currency"] == "EUR"]
    assert (euros["amount_minor"] == euros["base_amount_minor"]).all()
    # A thousand fils are some 2.80 EUR, a yen is half a cent.
    for currency, worth in (("KWD", 0.28), ("JPY", 0.57)):
        rows = transactions[(transactions["currency"] == currency) & (transactions["amount_minor"] > 1_000)]
        assert (rows["base_amount_minor"] / rows["amount_minor"]).mean() == pytest.approx(worth, rel=0.15)


def test_refunds_are_negative_and_follow_an_approved_purchase(transactions: pd.DataFrame) -> None:
    refunds = transactions[transactions["kind"] == "refund"]
    purchases = transactions[(transactions["kind"] == "purchase") & ~transactions["is_declined"]]
    assert len(refunds) / ROWS == pytest.approx(0.025, abs=0.001)
    assert (refunds["amount_minor"] < 0).all()
    assert (refunds["base_amount_minor"] <= 0).all()
    assert (transactions.loc[transactions["kind"] == "purchase", "amount_minor"] >= 0).all()
    keys = ["account_id", "merchant_id", "currency"]
    bought = purchases.merge(refunds, on=keys, suffixes=("", "_refund"))
    could_be = bought[
        (bought["occurred_at"] < bought["occurred_at_refund"])
        & (bought["amount_minor"] >= -bought["amount_minor_refund"])
    ]
    assert set(could_be["transaction_id_refund"]) == set(refunds["transaction_id"])
    assert not refunds["is_declined"].any()


def test_declines_and_overdrafts_are_some_but_not_many(transactions: pd.DataFrame) -> None:
    assert 0.03 < transactions["is_declined"].mean() < 0.15
    assert 0.01 < transactions["is_overdraft"].mean() < 0.10
    # Overdrafts come in runs of an account, as a balance does, not here and there.
    before = transactions.groupby("account_id")["is_overdraft"].shift()
    assert transactions.loc[before == True, "is_overdraft"].mean() > 0.5  # noqa: E712


def test_cards_present_have_no_device_and_accounts_have_a_few(transactions: pd.DataFrame) -> None:
    assert 0.3 < transactions["device_id"].isna().mean() < 0.7
    per_account = transactions.groupby("account_id")["device_id"].nunique()
    assert 1 < per_account.mean() < 4
    # Some devices are first seen late: a new phone, or a thief's.
    first_seen = transactions.dropna(subset="device_id").groupby(["account_id", "device_id"])["occurred_at"].min()
    assert (first_seen > datetime(2026, 8, 1, tzinfo=UTC)).sum() > 100


def test_places_are_complete_or_null(transactions: pd.DataFrame) -> None:
    known = transactions.dropna(subset="latitude")
    assert known["longitude"].notna().all()
    assert known["latitude"].between(-90, 90).all()
    assert known["longitude"].between(-180, 180).all()
    assert 0 < transactions["country"].isna().mean() < 0.02
    assert transactions["country"].nunique() > 10


def test_some_accounts_change_their_home_country_midway(sample: Sample) -> None:
    accounts = frame(sample, "accounts")
    later = accounts[~accounts["account_version_id"].str.endswith("-v1")]
    assert 0.03 < later["account_id"].nunique() / 6_000 < 0.05
    assert (later["occurred_at"] > datetime(2026, 6, 3, tzinfo=UTC)).all()
    assert (later["occurred_at"] < datetime(2026, 9, 1, tzinfo=UTC)).all()
    assert seconds_late(later).max() <= 3 * 86_400
    homes = accounts.sort_values(["account_id", "occurred_at"])
    unlike_before = homes.groupby("account_id")["home_country"].shift() != homes["home_country"]
    assert unlike_before.all()
    assert 0 < accounts["home_country"].isna().sum() < 200


@pytest.mark.parametrize(("table", "entity"), [("customers", "customer_id"), ("merchants", "merchant_id")])
def test_customers_and_merchants_have_versions_too(sample: Sample, table: str, entity: str) -> None:
    versions = frame(sample, table).groupby(entity).size()
    assert versions.max() == 2
    assert (versions == 2).mean() == pytest.approx(0.02, abs=0.005)


def test_no_transaction_comes_before_its_account(sample: Sample, transactions: pd.DataFrame) -> None:
    opened = frame(sample, "accounts").drop_duplicates("account_id").set_index("account_id")["opened_at"]
    opened_at = transactions["account_id"].map(opened)
    assert opened_at.notna().all()
    assert (transactions["occurred_at"] >= opened_at).all()


def test_card_testing_shows_as_many_small_declined_payments_from_one_device(transactions: pd.DataFrame) -> None:
    online = transactions.dropna(subset="device_id")
    hours = online.groupby(["device_id", online["occurred_at"].dt.floor("h")])
    bursts = hours.agg(
        payments=("is_declined", "size"), declined=("is_declined", "mean"), mean=("base_amount_minor", "mean")
    )
    testing = bursts[bursts["payments"] >= 15]
    assert 3 <= len(testing) <= 40
    assert testing["declined"].mean() > 0.4
    assert testing["mean"].mean() < 400
    ordinary = bursts[bursts["payments"] < 10]
    assert ordinary["declined"].mean() < 0.2


def test_chargebacks_are_reported_days_or_weeks_later(transactions: pd.DataFrame, chargebacks: pd.DataFrame) -> None:
    days = seconds_late(chargebacks) / 86_400
    assert days.min() >= 1
    assert days.max() <= 101
    assert 7 < days.median() < 28
    assert chargebacks["known_at"].is_monotonic_increasing
    charged = chargebacks.merge(transactions, on="transaction_id", suffixes=("", "_transaction"))
    assert len(charged) == len(chargebacks) > 50
    for column in ("account_id", "merchant_id", "base_amount_minor", "occurred_at"):
        assert (charged[column] == charged[f"{column}_transaction"]).all()
    assert not charged["is_declined"].any()
    assert (charged["kind"] == "purchase").all()


def test_fraud_can_be_told_from_the_rest_and_some_reports_are_no_fraud(
    sample: Sample, transactions: pd.DataFrame, chargebacks: pd.DataFrame
) -> None:
    assert 0.05 < (chargebacks["reason"] != "fraud").mean() < 0.5
    fraud = chargebacks.loc[chargebacks["reason"] == "fraud", "transaction_id"]
    homes = frame(sample, "accounts").drop_duplicates("account_id").set_index("account_id")["home_country"]
    rows = transactions.assign(
        is_fraud=transactions["transaction_id"].isin(fraud),
        is_foreign=transactions["country"] != transactions["account_id"].map(homes),
    )
    assert rows.loc[rows["is_fraud"], "is_foreign"].mean() > 0.9
    assert rows.loc[~rows["is_fraud"], "is_foreign"].mean() < 0.2
    assert rows.loc[rows["is_fraud"], "device_id"].notna().all()
    assert 0.001 < rows["is_fraud"].mean() < 0.01
