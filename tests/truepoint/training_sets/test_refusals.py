"""What a spine is refused for, and that nothing is written then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

import truepoint
from tests.truepoint.training_sets.conftest import SPINE, Trained
from truepoint.cli import app
from truepoint.compiled.training_statement import TrainingFeature
from truepoint.errors import ManifestError, SettingsError, SpineError, WarehouseError
from truepoint.training_sets import load_training_statement, write_training_set

Change = Callable[[Any], Any]


def with_column(name: str, values: Callable[[Any], Any]) -> Change:
    """Puts other values into a column."""

    def change(spine: Any) -> Any:
        return spine.set_column(spine.column_names.index(name), name, values(spine.column(name)))

    return change


def replaced(row: int, value: Any) -> Callable[[Any], Any]:
    """Puts a value into one row, numbered from 1."""

    def change(values: Any) -> Any:
        items = values.to_pylist()
        items[row - 1] = value
        return pa.array(items, values.type)

    return change


REFUSALS: dict[str, tuple[Change, str]] = {
    "a missing key": (lambda s: s.drop_columns(["account_id"]), "column account_id is missing"),
    "a key in other letters": (
        lambda s: s.rename_columns({"account_id": "ACCOUNT_ID"}),
        "column account_id is missing, and 'ACCOUNT_ID' is there; rename it",
    ),
    "an event, which may be absent, with a blank": (
        lambda s: s.rename_columns({"event_id": " event_id"}),
        "column event_id is missing, and ' event_id' is there; rename it",
    ),
    "a missing request field": (lambda s: s.drop_columns(["country"]), "column country is missing"),
    "no time": (lambda s: s.drop_columns(["as_of"]), "column as_of is missing"),
    "a key of another type": (
        with_column("account_id", lambda c: pa.array(range(len(c)))),
        "column account_id is int64, service card_fraud wants text",
    ),
    "an amount as a double": (
        with_column("amount_minor", lambda c: c.cast(pa.float64())),
        "column amount_minor is double, service card_fraud wants bigint",
    ),
    "an event as a number": (
        with_column("event_id", lambda c: pa.array(range(len(c)))),
        "column event_id is int64, service card_fraud wants text",
    ),
    "naive times": (
        with_column("as_of", lambda c: c.cast(pa.timestamp("us"))),
        r"column as_of is timestamp\[us\], a naive time \(row 1 and all others\); give it a time zone",
    ),
    "dates": (
        with_column("as_of", lambda c: c.cast(pa.timestamp("us")).cast(pa.date32(), safe=False)),
        r"column as_of is date32\[day\], service card_fraud wants a timestamp with a time zone",
    ),
    "a null time": (with_column("as_of", replaced(7, None)), "row 7: as_of is null, but it is required"),
    "a null time in a dictionary": (
        with_column(
            "as_of",
            lambda c: pa.DictionaryArray.from_arrays(
                pa.array([1] * 6 + [0] * 14), pa.array([None, *c.to_pylist()[:1]])
            ),
        ),
        "row 7: as_of is null, but it is required",
    ),
    "nanoseconds": (
        with_column(
            "as_of",
            lambda c: pa.array(
                [*c.to_pylist()[:3], pd.Timestamp("2025-08-01 00:00:00.000000001Z"), *c.to_pylist()[4:]],
                pa.timestamp("ns", "UTC"),
            ),
        ),
        "row 4: as_of is .* in at most microseconds",
    ),
    "an amount beyond bigint": (
        with_column("amount_minor", lambda c: pa.array([*c.to_pylist()[:-1], 2**64 - 1], pa.uint64())),
        "row 20: amount_minor is 18446744073709551615, which is no bigint",
    ),
    "a zero byte": (with_column("country", replaced(3, "E\0")), "row 3: country holds a zero byte"),
    "the name of a feature": (
        lambda s: s.append_column("txn_is_new_device", pa.nulls(len(s))),
        "column txn_is_new_device has the name of a feature",
    ),
    "a column twice": (lambda s: s.append_column("country", s.column("country")), "column country is there 2 times"),
    "another column twice": (
        lambda s: s.append_column("x", pa.nulls(len(s))).append_column("x", pa.nulls(len(s))),
        "column x is there 2 times",
    ),
    "a time in the future": (
        with_column("as_of", replaced(5, datetime.now(UTC) + timedelta(days=1))),
        "row 5: as_of is .*, later than the settled time",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_spine_is_refused(trained: Trained, tmp_path: Path, change: Change, message: str) -> None:
    spine, out = change(trained.spine().slice(0, 20)), tmp_path / "train.parquet"
    with pytest.raises(SpineError, match=message):
        write_training_set(spine, out, service="card_fraud", settings=trained.settings)
    with pytest.raises(SpineError, match=message):
        truepoint.training_set(spine, service="card_fraud", settings=trained.settings)
    assert list(tmp_path.iterdir()) == []


def test_all_wrong_columns_are_told_at_once(trained: Trained) -> None:
    spine = (
        trained.spine()
        .drop_columns(["account_id", "as_of"])
        .rename_columns({"amount_minor": "amount", "country": "txn_is_new_device"})
    )
    with pytest.raises(SpineError) as refusal:
        truepoint.training_set(spine, service="card_fraud", settings=trained.settings)
    for name in ("account_id is missing", "as_of is missing", "amount_minor is missing", "country is missing"):
        assert f"column {name}" in str(refusal.value)
    assert "event_id (text, if any)" in str(refusal.value)


def test_rows_just_settled_are_taken_and_just_unsettled_are_not(trained: Trained) -> None:
    # The margin is 5 minutes; the test leaves half a minute for itself.
    def spine(age: timedelta) -> Any:
        return with_column("as_of", replaced(1, datetime.now(UTC) - age))(trained.spine().slice(0, 2))

    assert truepoint.training_set(spine(timedelta(minutes=5)), service="card_fraud", settings=trained.settings)
    with pytest.raises(SpineError, match="the table, row 1: as_of is"):
        truepoint.training_set(spine(timedelta(minutes=4, seconds=30)), service="card_fraud", settings=trained.settings)


def test_the_number_of_unsettled_rows_is_told(trained: Trained) -> None:
    late = pa.array([datetime.now(UTC)] * 20, pa.timestamp("us", "UTC"))
    spine = with_column("as_of", lambda _: late)(trained.spine().slice(0, 20))
    with pytest.raises(SpineError, match=r"row 1 \(and 19 more\)"):
        truepoint.training_set(spine, service="card_fraud", settings=trained.settings)


CSV_REFUSALS = {
    "a naive time": ("as_of", "2025-08-01 00:00:00", "row 2: as_of is '2025-08-01 00:00:00', which is no time with a"),
    "no time": ("as_of", "yesterday", "row 2: as_of is 'yesterday', which is no time with a zone"),
    "an empty time": ("as_of", "", "row 2: as_of is null"),
    "a decimal amount": ("amount_minor", "1.5", "row 2: amount_minor is '1.5', which is no bigint"),
    "a word for an amount": ("amount_minor", "much", "row 2: amount_minor is 'much', which is no bigint"),
    "a quoted empty amount": (
        "amount_minor",
        '""',
        "row 2: amount_minor is '', which is no bigint; if .* --empty-as-nu",
    ),
}


@pytest.mark.parametrize(("column", "value", "message"), CSV_REFUSALS.values(), ids=CSV_REFUSALS.keys())
def test_a_row_of_a_csv_file_is_refused(
    trained: Trained, tmp_path: Path, column: str, value: str, message: str
) -> None:
    names = trained.spine().column_names
    known = trained.rows[0]
    row = {"account_id": known["account_id"], "merchant_id": known["merchant_id"], "amount_minor": "5",
           "country": "EE", "device_id": "d", "event_id": "", "as_of": "2025-08-01T00:00:00Z"}  # fmt: skip
    lines = [names, [row[name] for name in names], [(row | {column: value})[name] for name in names]]
    path = tmp_path / "spine.csv"
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.raises(SpineError, match=message):
        truepoint.training_set(path, service="card_fraud", settings=trained.settings)
    good = tmp_path / "good.csv"
    good.write_text("".join(",".join(line) + "\n" for line in lines[:2]), encoding="utf-8")
    assert truepoint.training_set(str(good), service="card_fraud", settings=trained.settings).num_rows == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("account_id,as_of\na\n", "column merchant_id is missing"),
        ("account_id,merchant_id,amount_minor,country,device_id,as_of\na,b\n", "row 1: has 2 fields, the header has 6"),
        (
            "account_id,merchant_id,amount_minor,country,device_id,as_of,x\na,b,1,c,d,2025-01-01 00:00:00Z,\xff\n",
            "x is not text",
        ),
    ],
    ids=["empty", "columns", "fields", "no UTF-8"],
)
def test_a_csv_file_is_refused(trained: Trained, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "spine.csv"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SpineError, match=message):
        truepoint.training_set(path, service="card_fraud", settings=trained.settings)


def test_what_cannot_be_opened(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"no parquet")
    (tmp_path / "spine.txt").write_text("x", encoding="utf-8")
    for spine, message in (
        (tmp_path / "broken.parquet", "cannot be read as Parquet"),
        (tmp_path / "absent.parquet", "There is no file"),
        (tmp_path / "spine.txt", "Allowed: .parquet, .csv"),
        ("no_such.table", "There is no table no_such.table"),
        ("x; drop table y", "There is no table x; drop table y"),
        (17, "A spine cannot be a int"),
    ):
        with pytest.raises(SpineError, match=message):
            truepoint.training_set(spine, service="card_fraud", settings=trained.settings)


def test_a_table_that_may_not_be_read(trained: Trained) -> None:
    with psycopg.connect(trained.dsn, autocommit=True) as connection:
        connection.execute("create view public.failing as select 1 / (amount_minor - amount_minor) as x"
                           f" from {SPINE}")  # fmt: skip
        try:
            with pytest.raises(SpineError, match=r"Table public.failing cannot be read: division by zero"):
                truepoint.training_set("public.failing", service="card_fraud", settings=trained.settings)
        finally:
            connection.execute("drop view public.failing")


def test_a_table_with_naive_times_is_refused(trained: Trained) -> None:
    with psycopg.connect(trained.dsn, autocommit=True) as connection:
        connection.execute(
            "create table public.naive as select account_id, merchant_id, amount_minor, country, device_id,"
            f" as_of at time zone 'UTC' as as_of from {SPINE} limit 3"
        )
        try:
            with pytest.raises(SpineError, match=r"public\.naive is no spine .* column as_of is .*, a naive time"):
                truepoint.training_set("public.naive", service="card_fraud", settings=trained.settings)
        finally:
            connection.execute("drop table public.naive")


def test_where_the_result_cannot_go(trained: Trained, tmp_path: Path) -> None:
    spine = trained.spine().slice(0, 2)
    pq.write_table(spine, tmp_path / "spine.parquet")
    nested = spine.append_column("tags", pa.array([["a"], []]))
    (tmp_path / "folder.csv").mkdir()
    for given, out, message in (
        (spine, tmp_path / "train.xlsx", r"Allowed for the result: \.parquet, \.csv"),
        (spine, tmp_path / "nowhere" / "train.parquet", "There is no folder"),
        (spine, tmp_path / "folder.csv", "is a folder"),
        (
            nested,
            tmp_path / "train.csv",
            r"CSV cannot hold column tags \(list<item: string>\)\. Write \.parquet, or leave",
        ),
        (tmp_path / "spine.parquet", tmp_path / "spine.parquet", "is the spine itself"),
    ):
        with pytest.raises(SpineError, match=message):
            write_training_set(given, out, service="card_fraud", settings=trained.settings)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.csv", "spine.parquet"]


def test_a_failure_leaves_an_older_file_as_it_was(trained: Trained, tmp_path: Path) -> None:
    out = tmp_path / "train.parquet"
    out.write_bytes(b"older")
    spine = with_column("as_of", replaced(20, None))(trained.spine().slice(0, 20))
    with pytest.raises(SpineError, match="row 20"):
        write_training_set(spine, out, service="card_fraud", settings=trained.settings)
    assert out.read_bytes() == b"older"
    assert [path.name for path in tmp_path.iterdir()] == ["train.parquet"]


def test_a_file_that_changes_while_it_is_read_is_refused(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "spine.csv"
    pa_csv.write_csv(trained.spine(), path)

    def shorten(phase: str, done: int, rows: int | None) -> None:
        if phase == "computing":
            pa_csv.write_csv(trained.spine().slice(0, 10), path)

    with pytest.raises((SpineError, WarehouseError), match=r"more rows than the 10 of the spine|10 when it was read"):
        truepoint.training_set(path, service="card_fraud", settings=trained.settings, on_progress=shorten)


@pytest.mark.parametrize(
    ("type_name", "value", "shown"),
    [
        ("timestamptz", "'infinity'", "'infinity', which is no time in the years 1 to 9999"),
        ("timestamptz", "'0044-03-15 BC'", "'0044-03-15 00:00:00+00 BC', which is no time"),
        ("numeric", "'NaN'", "'NaN', which is no number"),
        ("numeric", "123456789012345678901", "'123456789012345678901', which is no number of at most 20 digits"),
        ("timestamptz[]", "array['infinity']", "'[\"infinity\"]', which holds what is no time in the years 1 to 9999"),
    ],
)
def test_a_feature_that_arrow_has_not_is_named(
    trained: Trained, monkeypatch: pytest.MonkeyPatch, type_name: str, value: str, shown: str
) -> None:
    statement = load_training_statement(trained.settings.online_manifest_path, "card_fraud")
    statement = replace(
        statement,
        features=(TrainingFeature(name="account_closes_at", type=type_name),),  # type: ignore[arg-type]
        sql=f"select ord, {value}::{type_name} as account_closes_at from {statement.spine} order by ord",
    )
    monkeypatch.setattr("truepoint.training_sets.building.load_training_statement", lambda *_: statement)
    with pytest.raises(WarehouseError) as refusal:
        truepoint.training_set(trained.spine().slice(0, 2), service="card_fraud", settings=trained.settings)
    assert str(refusal.value).startswith(
        f"A feature of card_fraud has a value that cannot be kept: account_closes_at is {shown}"
    )
    assert str(refusal.value).endswith(". Nothing was written.")


def test_unknown_service_result_and_target(trained: Trained) -> None:
    spine = trained.spine().slice(0, 2)
    with pytest.raises(ManifestError, match=r"of a service card_frod \(it holds: card_fraud\)"):
        truepoint.training_set(spine, service="card_frod", settings=trained.settings)
    with pytest.raises(SettingsError, match="Allowed: arrow, pandas"):
        truepoint.training_set(spine, service="card_fraud", result="polars", settings=trained.settings)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="Allowed: postgres, spark"):
        truepoint.training_set(spine, service="card_fraud", target="duckdb", settings=trained.settings)


def test_not_compiled(trained: Trained, tmp_path: Path) -> None:
    settings = trained.settings.model_copy(update={"dbt_project_dir": tmp_path})
    with pytest.raises(
        ManifestError, match="Compile it, in the dbt project's folder: dbt compile --select path:analyses "
    ):
        truepoint.training_set(trained.spine(), service="card_fraud", settings=settings)


def test_a_database_without_the_staging_views(trained: Trained, database_dsn: str) -> None:
    settings = trained.settings.model_copy(update={"dsn": SecretStr(database_dsn)})
    with pytest.raises(WarehouseError, match=r"compiled for another database|dbt run --select staging"):
        truepoint.training_set(trained.spine().slice(0, 2), service="card_fraud", settings=settings)


def test_the_command_prints_one_message(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", trained.dsn)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(trained.settings.dbt_project_dir))
    spine = with_column("as_of", replaced(3, None))(trained.spine().slice(0, 5))
    pq.write_table(spine, tmp_path / "labels.parquet")
    out = tmp_path / "train.parquet"
    result = CliRunner().invoke(app, ["training-set", "--spine", str(tmp_path / "labels.parquet"), "--out", str(out)])
    assert result.exit_code == 1
    assert "truepoint: labels.parquet, row 3: as_of is null, but it is required. Nothing was written." in result.stderr
    assert not out.exists()
