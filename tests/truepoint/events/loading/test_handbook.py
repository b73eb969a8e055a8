"""The handbook's file as payments. The rows here are made up in its format."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.truepoint.events.loading.event_files import epochs, stored
from truepoint.cli import app
from truepoint.errors import DataFileError
from truepoint.events.loading import load_handbook
from truepoint.events.sample import SampleOptions, load_sample

FIRST = datetime(2018, 4, 1, 0, 0, 31, tzinfo=UTC)
SCHEMA = pa.schema(
    {
        "transaction_id": pa.int64(),
        "tx_datetime": pa.timestamp("us", "UTC"),
        "customer_id": pa.string(),
        "terminal_id": pa.string(),
        "amount_minor": pa.int64(),
        "tx_amount": pa.decimal128(12, 2),
        "tx_fraud": pa.int8(),
        "tx_fraud_scenario": pa.int8(),
    }
)


def transaction(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "transaction_id": number,
        "tx_datetime": FIRST + timedelta(seconds=number),
        "customer_id": str(number % 3),
        "terminal_id": str(number % 5),
        "amount_minor": 100 + number,
        "tx_fraud": int(number % 4 == 1),
    }
    return row | changes


def write(path: Path, rows: list[dict[str, Any]], *, row_group_size: int = 4) -> Path:
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path, row_group_size=row_group_size)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "transactions.parquet", [transaction(number) for number in range(10)])


def test_each_row_becomes_a_payment_known_when_it_occurs(database_dsn: str, file: Path) -> None:
    loads = load_handbook(database_dsn, file)
    assert {load.table: load.rows_added for load in loads} == {
        "transactions": 10,
        "customers": 3,
        "accounts": 3,
        "merchants": 5,
        "chargebacks": 3,
    }
    payments = stored(database_dsn, "transactions")
    assert payments[7] == {
        "transaction_id": "hb-t-7",
        "account_id": "hb-a-1",
        "merchant_id": "hb-m-2",
        "device_id": None,
        "kind": "purchase",
        "is_declined": False,
        "is_overdraft": False,
        "amount_minor": 107,
        "currency": "EUR",
        "base_amount_minor": 107,
        "country": None,
        "latitude": None,
        "longitude": None,
        "occurred_at": FIRST + timedelta(seconds=7),
        "known_at": FIRST + timedelta(seconds=7),
    }


def test_a_fraud_becomes_a_chargeback_known_seven_days_later(database_dsn: str, file: Path) -> None:
    load_handbook(database_dsn, file)
    chargebacks = stored(database_dsn, "chargebacks")
    assert [row["transaction_id"] for row in chargebacks] == ["hb-t-1", "hb-t-5", "hb-t-9"]
    assert chargebacks[1] == {
        "chargeback_id": "hb-cb-5",
        "transaction_id": "hb-t-5",
        "account_id": "hb-a-2",
        "merchant_id": "hb-m-0",
        "reason": "fraud",
        "base_amount_minor": 105,
        "occurred_at": FIRST + timedelta(seconds=5),
        "known_at": FIRST + timedelta(days=7, seconds=5),
    }


def test_accounts_and_merchants_are_known_before_everything(database_dsn: str, file: Path) -> None:
    load_handbook(database_dsn, file)
    accounts = stored(database_dsn, "accounts")
    assert [(row["account_id"], row["customer_id"], row["home_country"]) for row in accounts] == [
        (f"hb-a-{number}", f"hb-cu-{number}", None) for number in range(3)
    ]
    for table in ("customers", "accounts", "merchants"):
        assert all(row["known_at"] == row["occurred_at"] < FIRST for row in stored(database_dsn, table))


def test_a_second_run_adds_nothing_and_says_so(database_dsn: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    first = CliRunner().invoke(app, ["load", "handbook", str(file)])
    assert first.exit_code == 0, first.output
    assert "24 rows added" in first.output
    second = CliRunner().invoke(app, ["load", "handbook", str(file)])
    assert second.exit_code == 0, second.output
    assert "Nothing added: all of it was there already" in second.output
    assert epochs(database_dsn) == ["load handbook transactions.parquet"]


def test_it_can_live_beside_a_sample(database_dsn: str, file: Path) -> None:
    options = SampleOptions(rows=300, customers=20, accounts=20, merchants=9)
    load_sample(database_dsn, options)
    assert sum(load.rows_added for load in load_handbook(database_dsn, file)) == 24
    assert all(load.rows_added == 0 for load in load_sample(database_dsn, options))


def test_a_longer_file_adds_what_is_new(database_dsn: str, file: Path) -> None:
    load_handbook(database_dsn, file)
    write(file, [transaction(number) for number in range(14)])
    added = {load.table: load.rows_added for load in load_handbook(database_dsn, file)}
    assert added == {"transactions": 4, "customers": 0, "accounts": 0, "merchants": 0, "chargebacks": 1}


def test_progress_runs_through_all_rows(database_dsn: str, file: Path) -> None:
    seen: list[tuple[int, int]] = []
    load_handbook(database_dsn, file, on_progress=lambda read, rows: seen.append((read, rows)))
    assert sum(read for read, _ in seen) == 10
    assert {rows for _, rows in seen} == {10}


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        ({"customer_id": None}, ["row 6: customer_id is null"]),
        ({"tx_fraud": None}, ["row 6: tx_fraud is null"]),
        ({"transaction_id": 2}, ["row 6 (transaction_id hb-t-2)", "row 3 of the same rows", "amount_minor is '105'"]),
    ],
    ids=["null key", "null label", "same id, other content"],
)  # fmt: skip
def test_a_bad_row_is_refused_and_nothing_loaded(
    database_dsn: str, changes: dict[str, Any], texts: list[str], tmp_path: Path
) -> None:
    rows = [transaction(number) for number in range(10)]
    rows[5] |= changes
    with pytest.raises(DataFileError) as refusal:
        load_handbook(database_dsn, write(tmp_path / "transactions.parquet", rows))
    assert all(text in str(refusal.value) for text in texts)
    assert stored(database_dsn, "transactions") == []
    assert epochs(database_dsn) == []


def test_a_changed_row_is_refused(database_dsn: str, file: Path) -> None:
    load_handbook(database_dsn, file)
    write(file, [transaction(number, amount_minor=1) for number in range(10)])
    with pytest.raises(DataFileError, match=r"row 1 .*already in payments\.transactions"):
        load_handbook(database_dsn, file)


def test_another_file_is_refused_with_all_that_is_wrong(database_dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"transaction_id": ["1"], "tx_datetime": pa.array([0], pa.timestamp("us"))}), path)
    with pytest.raises(DataFileError, match=r"customer_id is missing.*transaction_id is string, not int64") as refusal:
        load_handbook(database_dsn, path)
    assert "tx_datetime is timestamp[us], not timestamp[us, tz=UTC]" in str(refusal.value)


def test_a_missing_file_is_refused(database_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"none\.parquet"):
        load_handbook(database_dsn, tmp_path / "none.parquet")
