"""A sample in the database: once, whole, and never over other rows."""

import psycopg
import pytest
from typer.testing import CliRunner

from truepoint.cli import app
from truepoint.errors import WarehouseError
from truepoint.events.sample import SampleOptions, generate, load_sample

OPTIONS = SampleOptions(rows=1_000, seed=3, days=20, customers=80, accounts=100, merchants=30)
FLAGS = ["--rows", "1000", "--seed", "3", "--days", "20", "--customers", "80", "--accounts", "100", "--merchants", "30"]


def counts(dsn: str) -> dict[str, int]:
    tables = ("customers", "accounts", "merchants", "transactions", "chargebacks")
    with psycopg.connect(dsn) as connection:
        rows = [connection.execute(f"select count(*) from payments.{table}").fetchone() for table in tables]
    return {table: row[0] for table, row in zip(tables, rows, strict=True) if row}


def epochs(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [cause for (cause,) in connection.execute("select cause from truepoint.epochs order by epoch")]


def test_the_database_holds_what_was_generated(database_dsn: str) -> None:
    loads = load_sample(database_dsn, OPTIONS)
    expected = generate(OPTIONS).tables
    assert {load.table: load.rows_added for load in loads} == {name: rows.num_rows for name, rows in expected.items()}
    with psycopg.connect(database_dsn) as connection:
        connection.execute("set time zone 'UTC'")
        for name, rows in expected.items():
            key = rows.column_names[0]
            stored = connection.execute(f"select * from payments.{name} order by {key}").fetchall()
            assert stored == [tuple(row.values()) for row in sorted(rows.to_pylist(), key=lambda row: str(row[key]))]


def test_the_same_sample_again_adds_nothing(database_dsn: str) -> None:
    load_sample(database_dsn, OPTIONS)
    before = counts(database_dsn)
    again = load_sample(database_dsn, OPTIONS)
    assert all(load.rows_added == 0 for load in again)
    assert counts(database_dsn) == before
    assert epochs(database_dsn) == [str(OPTIONS)]


def test_what_is_missing_is_added_again(database_dsn: str) -> None:
    load_sample(database_dsn, OPTIONS)
    with psycopg.connect(database_dsn) as connection:
        connection.execute("set local truepoint.load_history = 'on'")
        connection.execute("delete from payments.transactions where transaction_id < 't-000000011'")
    added = {load.table: load.rows_added for load in load_sample(database_dsn, OPTIONS)}
    assert added["transactions"] == 10
    assert sum(added.values()) == 10
    assert counts(database_dsn)["transactions"] == 1_000


def test_another_sample_is_refused_and_changes_nothing(database_dsn: str) -> None:
    load_sample(database_dsn, OPTIONS)
    before = counts(database_dsn)
    other = SampleOptions(rows=500, seed=4, days=20, customers=80, accounts=100, merchants=30)
    with pytest.raises(WarehouseError, match=r"other rows under the sample's ids.*--replace"):
        load_sample(database_dsn, other)
    assert counts(database_dsn) == before
    assert len(epochs(database_dsn)) == 1


def test_replace_empties_the_tables_first(database_dsn: str) -> None:
    load_sample(database_dsn, OPTIONS)
    other = SampleOptions(rows=500, seed=4, days=20, customers=80, accounts=100, merchants=30)
    load_sample(database_dsn, other, replace=True)
    assert counts(database_dsn)["transactions"] == 500
    assert epochs(database_dsn) == [str(OPTIONS), f"{other} --replace"]


def test_the_command_says_what_it_did(database_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    first = CliRunner().invoke(app, ["sample", *FLAGS])
    assert first.exit_code == 0, first.output
    assert "payments.transactions: 1,000 rows added" in first.output
    second = CliRunner().invoke(app, ["sample", *FLAGS])
    assert "Nothing added: all of it was there already" in second.output
    refused = CliRunner().invoke(app, ["sample", *FLAGS, "--seed", "4"])
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    replaced = CliRunner().invoke(app, ["sample", *FLAGS, "--seed", "4", "--replace"])
    assert replaced.exit_code == 0, replaced.output
