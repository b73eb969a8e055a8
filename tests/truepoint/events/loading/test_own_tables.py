"""Events are loaded into tables of any schema: types of one's own, refusals by column and row, an epoch."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.truepoint.events.loading.event_files import epochs, write_csv
from truepoint.errors import TruepointError
from truepoint.events.loading import load_events
from truepoint.postgres.guards import install_guard, read_guarded_table

SHOP: Final = """
create schema "Shop";
create type "Shop".channel as enum ('web', 'till');
create domain "Shop".cents as numeric(12, 2) check (value > -1000);
create table "Shop"."Orders" (
    "orderId" uuid not null,
    seq bigint generated always as identity,
    customer char(3) not null,
    note varchar(5),
    channel "Shop".channel,
    amount "Shop".cents not null,
    weight real,
    placed_on date,
    placed_at timestamp not null,
    "loadedAt" timestamptz not null default now()
);
create unique index on "Shop"."Orders" ("orderId");
"""
TABLE: Final = "Shop.Orders"
IDS: Final = [f"00000000-0000-0000-0000-{n:012}" for n in range(10)]
AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(n: int, **changes: Any) -> dict[str, Any]:
    row = {
        "orderId": IDS[n],
        "seq": n,
        "customer": "c1",
        "note": None,
        "channel": "web",
        "amount": Decimal("12.50"),
        "weight": 0.5,
        "placed_on": AT.date(),
        "placed_at": AT,
        "loadedAt": AT + timedelta(minutes=n),
    }
    return row | changes


@pytest.fixture
def shop(database_dsn: str) -> str:
    """A database with a guarded table of another schema, which has mixed-case names and no primary key."""
    with psycopg.connect(database_dsn) as connection:
        connection.execute(SHOP)
        install_guard(connection, read_guarded_table(connection, "Shop", "Orders", "loadedAt"))
    return database_dsn


def rows(dsn: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, options="-c TimeZone=UTC") as connection:
        query = (
            'select "orderId"::text, seq, customer, channel::text, amount, placed_at, "loadedAt" from "Shop"."Orders"'
        )
        return connection.execute(f"{query} order by seq".encode()).fetchall()


def test_rows_keep_their_known_times_and_an_epoch_starts(shop: str, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "orders.csv", [order(n) for n in range(3)])
    loaded = load_events(shop, TABLE, file)
    assert (loaded.schema, loaded.table, loaded.rows_added) == ("Shop", "Orders", 3)
    naive = AT.replace(tzinfo=None)
    amount = Decimal("12.50")
    assert rows(shop) == [
        (IDS[n], n, "c1 ", "web", amount, naive, AT + timedelta(minutes=n)) for n in range(3)
    ]  # fmt: skip
    assert len(epochs(shop)) == 1
    again = load_events(shop, TABLE, file)
    assert (again.rows_added, again.rows_there_already) == (0, 3)
    more = load_events(shop, TABLE, write_csv(tmp_path / "more.csv", [order(2), order(3)]))
    assert (more.rows_added, more.rows_there_already) == (1, 1)
    assert len(epochs(shop)) == 2


def test_parquet_is_taken_too(shop: str, tmp_path: Path) -> None:
    table = pa.Table.from_pylist([order(1, weight=None, note="kurz")])
    columns = {
        "weight": table["weight"].cast(pa.float32()),
        "placed_at": table["placed_at"].cast(pa.timestamp("us", "UTC")),
    }
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    pq.write_table(table, tmp_path / "orders.parquet")
    assert load_events(shop, TABLE, tmp_path / "orders.parquet").rows_added == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"note": "longer"}, "row 2: note is 'longer', which is longer than 5 characters"),
        ({"customer": "c123"}, "row 2: customer is 'c123', which is longer than 3 characters"),
        ({"channel": "phone"}, "row 2: channel is 'phone' (allowed: web, till)"),
        ({"orderId": "7"}, "row 2: orderId is '7', which is no uuid"),
        ({"amount": "12.345"}, "row 2: amount is '12.345', which is no numeric(12,2)"),
        ({"amount": Decimal(-5000)}, 'domain "Shop".cents'),
        ({"placed_at": "2026-03-01T12:00:00"}, "row 2: placed_at is '2026-03-01T12:00:00'"),
        ({"placed_on": "1.3.2026"}, "row 2: placed_on is '1.3.2026', which is no date"),
        ({"loadedAt": None}, "row 2: loadedAt is null, but it is required"),
        ({"orderId": IDS[1]}, "with other content: seq is '2', there '1'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("is_filled", [False, True], ids=["empty", "filled"])
def test_a_bad_row_is_refused_and_nothing_is_loaded(
    shop: str, tmp_path: Path, changes: dict[str, Any], refusal: str, *, is_filled: bool
) -> None:
    if is_filled:
        load_events(shop, TABLE, write_csv(tmp_path / "before.csv", [order(9)]))
    before, epochs_before = rows(shop), epochs(shop)
    file = write_csv(tmp_path / "orders.csv", [order(1), order(2, **changes), order(3)])
    with pytest.raises(TruepointError) as refused:
        load_events(shop, TABLE, file)
    said = str(refused.value)
    assert refusal.replace('"Shop".', "") in said.replace('"Shop".', "")
    assert "Nothing was loaded" in said
    assert rows(shop) == before
    assert epochs(shop) == epochs_before


@pytest.mark.parametrize(
    ("table", "made", "refusal"),
    [
        ("Shop.Nothing", "select", "there is no table Shop.Nothing in this database"),
        ("Shop.v", 'create view "Shop".v as select * from "Shop"."Orders"', "Shop.v is a view"),
        ("Shop.bare", 'create table "Shop".bare (id text)', "no primary key, and no unique index"),
        ("Shop.geo", 'create table "Shop".geo (id text primary key, at point)', "cannot be loaded: at (point)"),
    ],
)
def test_what_no_events_can_be_loaded_into(shop: str, tmp_path: Path, table: str, made: str, refusal: str) -> None:
    with psycopg.connect(shop) as connection:
        connection.execute(made.encode())
    with pytest.raises(TruepointError) as refused:
        load_events(shop, table, write_csv(tmp_path / "orders.csv", [order(1)]))
    assert refusal in str(refused.value)


def test_missing_and_unknown_columns_are_named(shop: str, tmp_path: Path) -> None:
    row = order(1)
    del row["loadedAt"]
    with pytest.raises(TruepointError) as refused:
        load_events(shop, TABLE, write_csv(tmp_path / "orders.csv", [row | {"other": 1}]))
    assert "column loadedAt is missing; column other is not one of the table's" in str(refused.value)
    assert "does not have the columns of Shop.Orders" in str(refused.value)
