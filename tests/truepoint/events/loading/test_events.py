"""Files of events: what is loaded, what is refused, by which row and for what reason."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.truepoint.events.loading.event_files import (
    COLUMNS,
    NOON,
    chargeback,
    epochs,
    stored,
    write_csv,
    write_parquet,
)
from truepoint.cli import app
from truepoint.errors import DataFileError, WarehouseError
from truepoint.events.loading import load_events

WRITERS: dict[str, Callable[[Path, list[dict[str, Any]]], Path]] = {"csv": write_csv, "parquet": write_parquet}


def refuse(dsn: str, path: Path, *texts: str, table: str = "chargebacks") -> None:
    """Loading the file is refused with all these texts, and leaves no trace."""
    before, epochs_before = stored(dsn, table), epochs(dsn)
    with pytest.raises(DataFileError) as refusal:
        load_events(dsn, table, path)
    for text in texts:
        assert text in str(refusal.value)
    assert stored(dsn, table) == before
    assert epochs(dsn) == epochs_before


@pytest.fixture(params=["csv", "parquet"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["empty", "filled"])
def dsn(request: pytest.FixtureRequest, database_dsn: str, tmp_path: Path) -> str:
    """A database whose chargebacks are empty (the quick way in) or hold one row (the careful way)."""
    if request.param == "filled":
        load_events(database_dsn, "chargebacks", write_csv(tmp_path / "before.csv", [chargeback(999)]))
    return database_dsn


def test_rows_that_never_count_are_counted(dsn: str, kind: str, tmp_path: Path) -> None:
    first, end = datetime(1900, 1, 1, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC)
    microsecond = timedelta(microseconds=1)
    rows = [
        chargeback(1, occurred_at=first, known_at=end - microsecond),
        chargeback(2, occurred_at=first - microsecond, known_at=NOON),
        chargeback(3, occurred_at=NOON, known_at=end),
    ]
    loaded = load_events(dsn, "chargebacks", WRITERS[kind](tmp_path / f"rows.{kind}", rows))
    assert (loaded.rows_added, loaded.rows_outside_span) == (3, 2)


def test_rows_are_stored_as_given(dsn: str, kind: str, tmp_path: Path) -> None:
    rows = [
        chargeback(1),
        chargeback(2, reason='says "no", twice;\nthen\\.\n\\.\n\tö €'),
        chargeback(3, reason=""),
        chargeback(4, occurred_at=NOON, known_at=NOON, base_amount_minor=-(2**63)),
        chargeback(5, known_at=NOON - timedelta(days=400)),
        chargeback(6, occurred_at=NOON.astimezone(timezone(timedelta(hours=-9, minutes=-30)))),
    ]
    if kind == "csv":
        # csv.DictWriter writes an empty text as it writes null, so it is quoted by hand.
        path = write_csv(tmp_path / "rows.csv", rows)
        path.write_text(path.read_text(encoding="utf-8").replace("m-1,,300", 'm-1,"",300'), encoding="utf-8")
    else:
        path = write_parquet(tmp_path / "rows.parquet", rows)
    result = load_events(dsn, "chargebacks", path)
    assert (result.rows_given, result.rows_added, result.rows_there_already) == (6, 6, 0)
    assert [row for row in stored(dsn) if row["chargeback_id"] != "cb-999"] == rows


def test_the_order_of_columns_is_free(database_dsn: str, kind: str, tmp_path: Path) -> None:
    row = dict(reversed(chargeback(1).items()))
    path = tmp_path / f"rows.{kind}"
    if kind == "csv":
        write_csv(path, [row])
    else:
        pq.write_table(pa.Table.from_pylist([row], schema=pa.schema(reversed(list(COLUMNS.items())))), path)
    load_events(database_dsn, "chargebacks", path)
    assert stored(database_dsn) == [chargeback(1)]


def test_narrower_parquet_types_are_accepted(database_dsn: str, tmp_path: Path) -> None:
    path = write_parquet(
        tmp_path / "rows.parquet",
        [chargeback(1, occurred_at=NOON)],
        base_amount_minor=pa.int16(),
        occurred_at=pa.timestamp("ns", "Europe/Tallinn"),
        reason=pa.dictionary(pa.int32(), pa.string()),
        account_id=pa.large_string(),
    )
    load_events(database_dsn, "chargebacks", path)
    assert stored(database_dsn) == [chargeback(1, occurred_at=NOON)]


def test_nulls_are_kept_where_the_table_allows_them(database_dsn: str, tmp_path: Path) -> None:
    row: dict[str, Any] = {
        "transaction_id": "t-1",
        "account_id": "a-1",
        "merchant_id": "m-1",
        "device_id": None,
        "kind": "purchase",
        "is_declined": True,
        "is_overdraft": False,
        "amount_minor": 5,
        "currency": "EUR",
        "base_amount_minor": 5,
        "country": None,
        "latitude": None,
        "longitude": -1.5e-7,
        "occurred_at": NOON,
        "known_at": NOON,
    }
    load_events(database_dsn, "transactions", write_csv(tmp_path / "rows.csv", [row]))
    assert stored(database_dsn, "transactions") == [row]


def test_a_file_without_rows_adds_nothing(database_dsn: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows.{kind}"
    if kind == "csv":
        path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    else:
        write_parquet(path, [])
    assert load_events(database_dsn, "chargebacks", path).rows_given == 0
    assert epochs(database_dsn) == []


def test_a_byte_order_mark_is_no_part_of_the_first_column(database_dsn: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", [chargeback(1)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_events(database_dsn, "chargebacks", path).rows_added == 1


def test_many_batches_keep_their_row_numbers(database_dsn: str, tmp_path: Path) -> None:
    rows = [chargeback(number) for number in range(1, 70_001)]
    rows[69_998]["account_id"] = None
    refuse(database_dsn, write_parquet(tmp_path / "rows.parquet", rows), "row 69999", "account_id is null")
    refuse(database_dsn, write_csv(tmp_path / "rows.csv", rows), "row 69999", "account_id is null")


# What a file may get wrong, row by row: (changes of row 3, words of the refusal).
BAD_ROWS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "null key": ({"chargeback_id": None}, ["row 3", "chargeback_id is null", "primary key"]),
    "null entity": ({"merchant_id": None}, ["row 3", "merchant_id is null", "required"]),
    "null time": ({"known_at": None}, ["row 3", "known_at is null"]),
    "other content": (
        {"chargeback_id": "cb-1", "reason": "other"},
        ["row 3", "row 1 of the same rows", "reason is 'other', there 'fraud'"],
    ),
    "zero byte": ({"reason": "a\0b"}, ["row 3", "zero byte"]),
}


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_bad_row_is_refused_by_number_and_reason(dsn: str, kind: str, bad: str, tmp_path: Path) -> None:
    changes, texts = BAD_ROWS[bad]
    rows = [chargeback(1), chargeback(2), chargeback(3, **changes), chargeback(4, **changes)]
    refuse(dsn, WRITERS[kind](tmp_path / f"rows.{kind}", rows), f"rows.{kind}", "Nothing was loaded", *texts)


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("base_amount_minor", "12.5", "is '12.5', which is no bigint"),
        ("base_amount_minor", "9223372036854775808", "no bigint"),
        ("base_amount_minor", "many", "is 'many'"),
        ("occurred_at", "2026-05-01T12:00:00", "no time with a zone"),
        ("occurred_at", "2026-05-01", "no time with a zone"),
        ("occurred_at", "2026-13-01T12:00:00Z", "no time with a zone"),
        ("occurred_at", "2026-05-01T12:00:00.1234567Z", "at most microseconds"),
        ("occurred_at", "yesterday", "is 'yesterday'"),
    ],
)
def test_a_csv_value_of_another_type_is_refused(
    database_dsn: str, column: str, text: str, reason: str, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "rows.csv", [chargeback(1), chargeback(2, **{column: text}), chargeback(3)])
    refuse(database_dsn, path, "rows.csv, row 2", column, reason)


@pytest.mark.parametrize(
    ("column", "given", "value", "reason"),
    [
        ("base_amount_minor", pa.float64(), 5.0, "is double, the table wants bigint"),
        ("base_amount_minor", pa.decimal128(5, 2), Decimal("1.00"), "is decimal128(5, 2), the table wants bigint"),
        ("base_amount_minor", pa.string(), "5", "is string, the table wants bigint"),
        ("account_id", pa.int64(), 5, "is int64, the table wants text"),
        ("occurred_at", pa.timestamp("us"), NOON.replace(tzinfo=None), "a naive time (row 1 and all others)"),
        ("occurred_at", pa.string(), "2026-05-01T12:00:00Z", "wants a timestamp with a time zone"),
    ],
    ids=str,
)
def test_a_parquet_column_of_another_type_is_refused(
    database_dsn: str, column: str, given: Any, value: Any, reason: str, tmp_path: Path
) -> None:
    path = write_parquet(tmp_path / "rows.parquet", [chargeback(1, **{column: value})], **{column: given})
    refuse(database_dsn, path, f"column {column} {reason}" if reason.startswith("is") else reason)


def test_a_parquet_value_that_does_not_fit_is_refused(database_dsn: str, tmp_path: Path) -> None:
    rows = [chargeback(1), chargeback(2, base_amount_minor=2**63)]
    path = write_parquet(tmp_path / "rows.parquet", rows, base_amount_minor=pa.uint64())
    refuse(database_dsn, path, "row 2", "base_amount_minor is 9223372036854775808")


def test_nanoseconds_are_refused_rather_than_cut(database_dsn: str, tmp_path: Path) -> None:
    rows = [chargeback(number, occurred_at=1_777_636_800_000_000_000 + number % 2) for number in (2, 4, 5)]
    path = write_parquet(tmp_path / "rows.parquet", rows, occurred_at=pa.timestamp("ns", "UTC"))
    refuse(database_dsn, path, "row 3", "occurred_at", "at most microseconds")


def test_all_wrong_columns_are_named_at_once(database_dsn: str, kind: str, tmp_path: Path) -> None:
    row = chargeback(1)
    del row["reason"], row["known_at"]
    path = tmp_path / f"rows.{kind}"
    if kind == "csv":
        write_csv(path, [row | {"note": "x"}])
    else:
        write_parquet(path, [row | {"note": "x"}], reason=None, known_at=None, note=pa.string())
    refuse(
        database_dsn,
        path,
        "column reason is missing; column known_at is missing; column note is not one of the table's",
        "reason (text)",
        "known_at (timestamp with time zone)",
    )


def test_a_header_of_any_bytes_is_shown_escaped_and_in_short(database_dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"\x1b[31mred\x07," + b"\xff" * 5000 + b"," + b",".join(b"c%d" % n for n in range(9)) + b"\n")
    with pytest.raises(DataFileError) as refusal:
        load_events(database_dsn, "chargebacks", path)
    message = str(refusal.value)
    assert message.isprintable()
    assert r"column '\x1b[31mred\x07' is not one of the table's" in message
    assert "column c2 is not one of the table's; and 6 more are not" in message
    assert len(message) < 1500


def test_a_column_that_is_there_twice_is_refused(database_dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(",".join([*COLUMNS, "reason"]) + "\n", encoding="utf-8")
    refuse(database_dsn, path, "column reason is there 2 times")


def test_a_row_with_a_field_too_few_is_refused(database_dsn: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", [chargeback(1), chargeback(2)])
    path.write_text(path.read_text(encoding="utf-8") + "cb-3,t-3\n", encoding="utf-8")
    refuse(database_dsn, path, "row 3: has 2 fields, the header has 8")


def test_text_that_is_not_utf8_is_refused(database_dsn: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", [chargeback(1), chargeback(2, reason="ä")])
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xe4"))
    refuse(database_dsn, path, "row 2", "reason is not text in UTF-8")


def test_a_value_that_a_check_forbids_is_refused(database_dsn: str, tmp_path: Path) -> None:
    header = (
        "transaction_id,account_id,merchant_id,device_id,kind,is_declined,is_overdraft,amount_minor,currency,"
        "base_amount_minor,country,latitude,longitude,occurred_at,known_at"
    )
    good, bad = (
        f"t-{number},a-1,m-1,,{kind},false,false,1,EUR,1,,,,2026-05-01T12:00:00Z,2026-05-01T12:00:00Z"
        for number, kind in enumerate(("refund", "gift"))
    )
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([header, good, bad]), encoding="utf-8")
    refuse(database_dsn, path, "row 2 (transaction_id t-1)", "breaks the check", "kind", table="transactions")


def test_same_id_and_content_is_skipped(dsn: str, kind: str, tmp_path: Path) -> None:
    rows = [chargeback(1), chargeback(2), chargeback(1), chargeback(999)]
    path = WRITERS[kind](tmp_path / f"rows.{kind}", rows)
    before = len(stored(dsn))
    first = load_events(dsn, "chargebacks", path)
    assert first.rows_given == 4
    assert first.rows_added == 3 - before
    assert load_events(dsn, "chargebacks", path).rows_added == 0
    assert len(epochs(dsn)) == 1 + before
    assert [row["chargeback_id"] for row in stored(dsn)] == ["cb-1", "cb-2", "cb-999"]


def test_an_id_that_the_table_has_with_other_content_is_refused(database_dsn: str, kind: str, tmp_path: Path) -> None:
    load_events(database_dsn, "chargebacks", write_csv(tmp_path / "before.csv", [chargeback(2)]))
    changed = chargeback(2, known_at=NOON, reason="error")
    path = WRITERS[kind](tmp_path / f"rows.{kind}", [chargeback(1), changed, changed])
    refuse(
        database_dsn,
        path,
        "row 2 (chargeback_id cb-2)",
        "already in payments.chargebacks",
        "reason is 'error', there 'fraud'",
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.csv", None, "There is no file"),
        ("rows.json", b"{}", "Allowed: .parquet, .csv"),
        ("rows.csv", b"", "is empty"),
        ("rows.parquet", b"PAR1 is not enough", "cannot be read as Parquet"),
        ("rows.csv", b"\xff\xfe\x00", "is written in UTF-16, not in UTF-8; write it in UTF-8, for example: iconv"),
        (
            "rows.csv",
            ";".join(COLUMNS).encode(),
            "separates its columns by semicolons, not by commas; write it with com",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    database_dsn: str, name: str, content: bytes | None, reason: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    refuse(database_dsn, tmp_path / name, reason)


def test_a_folder_without_parquet_files_is_refused(database_dsn: str, tmp_path: Path) -> None:
    refuse(database_dsn, tmp_path, "is a folder without a Parquet file in it. Nothing was loaded")


def test_a_folder_of_spark_is_loaded(database_dsn: str, tmp_path: Path) -> None:
    rows = [chargeback(number) for number in range(1, 6)]
    folder = tmp_path / "chargebacks.parquet"
    folder.mkdir()
    write_parquet(folder / "part-00000.snappy.parquet", rows[:2])
    write_parquet(folder / "part-00001.snappy.parquet", [])
    schema = pa.schema(list(COLUMNS.items()))
    times = pa.Table.from_pylist(rows[2:], schema=schema)
    pq.write_table(times, folder / "part-00002.parquet", use_deprecated_int96_timestamps=True)
    (folder / "_SUCCESS").touch()
    assert load_events(database_dsn, "chargebacks", folder).rows_added == 5
    assert stored(database_dsn) == rows


def test_a_quote_that_does_not_end_loads_nothing(database_dsn: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", [chargeback(1), chargeback(2)])
    path.write_text(path.read_text(encoding="utf-8").replace("cb-2", '"cb-2'), encoding="utf-8")
    refuse(database_dsn, path, "rows.csv", "Nothing was loaded")


def test_a_damaged_parquet_file_loads_nothing(database_dsn: str, tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "rows.parquet", [chargeback(number) for number in range(1, 5_000)])
    damaged = bytearray(path.read_bytes())
    damaged[100:20_000] = b"\0" * 19_900
    path.write_bytes(damaged)
    refuse(database_dsn, path, "rows.parquet", "Nothing was loaded")


def test_an_unknown_table_is_refused_with_the_known_ones(database_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"no table payouts.*accounts, chargebacks, customers"):
        load_events(database_dsn, "payouts", write_csv(tmp_path / "rows.csv", [chargeback(1)]))


def test_progress_counts_rows(database_dsn: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    path = write_parquet(tmp_path / "rows.parquet", [chargeback(number) for number in (1, 2, 3)])
    load_events(database_dsn, "chargebacks", path, on_progress=lambda read, rows: seen.append((read, rows)))
    assert seen == [(3, 3)]


def test_the_command_prints_one_message_and_exits_with_1(
    database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    path = write_csv(tmp_path / "rows.csv", [chargeback(1), chargeback(2)])
    loaded = CliRunner().invoke(app, ["load", "events", "chargebacks", str(path)])
    assert loaded.exit_code == 0, loaded.output
    assert "payments.chargebacks: 2 rows added" in loaded.output
    again = CliRunner().invoke(app, ["load", "events", "chargebacks", str(path)])
    assert "Nothing added" in again.output
    write_csv(path, [chargeback(1), chargeback(2, account_id=None)])
    refused = CliRunner().invoke(app, ["load", "events", "chargebacks", str(path)])
    assert refused.exit_code == 1
    assert "row 2: account_id is null" in refused.output
    assert "Traceback" not in refused.output


def test_a_short_row_far_down_has_its_number(database_dsn: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", [chargeback(number, reason="long " * 100) for number in range(1, 30_001)])
    assert path.stat().st_size > 10 << 20  # more than one block of the reader
    with path.open("a", encoding="utf-8") as file:
        file.write("cb-30001,t-3\n")
    refuse(database_dsn, path, "row 30001: has 2 fields")
