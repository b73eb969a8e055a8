"""Small event files for tests."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

COLUMNS = {
    "chargeback_id": pa.string(),
    "transaction_id": pa.string(),
    "account_id": pa.string(),
    "merchant_id": pa.string(),
    "reason": pa.string(),
    "base_amount_minor": pa.int64(),
    "occurred_at": pa.timestamp("us", "UTC"),
    "known_at": pa.timestamp("us", "UTC"),
}


def chargeback(number: int, **changes: Any) -> dict[str, Any]:
    """A row of payments.chargebacks, as Python values."""
    row = {
        "chargeback_id": f"cb-{number}",
        "transaction_id": f"t-{number}",
        "account_id": "a-1",
        "merchant_id": "m-1",
        "reason": "fraud",
        "base_amount_minor": 100 * number,
        "occurred_at": NOON + timedelta(minutes=number),
        "known_at": NOON + timedelta(days=number, microseconds=1),
    }
    return row | changes


def write_parquet(path: Path, rows: list[dict[str, Any]], **types: Any) -> Path:
    """Write rows; `types` replaces the Arrow types of columns, None leaves a column out."""
    wanted = {name: kind for name, kind in (COLUMNS | types).items() if kind is not None}
    schema = pa.schema(list(wanted.items()))
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def write_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows with a header; None is an empty field, a time its ISO form."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow({name: v.isoformat() if isinstance(v, datetime) else v for name, v in row.items()})
    return path


def stored(dsn: str, table: str = "chargebacks") -> list[dict[str, Any]]:
    """All rows of a payments table, in the order of its first column."""
    with psycopg.connect(dsn, row_factory=psycopg.rows.dict_row) as connection:
        connection.execute("set time zone 'UTC'")
        return connection.execute(f"select * from payments.{table} order by 1").fetchall()


def epochs(dsn: str) -> list[str]:
    """Causes of all epochs, the oldest first."""
    with psycopg.connect(dsn) as connection:
        return [cause for (cause,) in connection.execute("select cause from truepoint.epochs order by epoch")]
