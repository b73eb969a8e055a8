"""What an export writes: each settled row once, with its value and type."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq
import pytest

from tests.truepoint.events.lake.world import (
    DAY,
    MICROSECOND,
    add,
    all_rows,
    expected,
    local_store,
    make_tables,
    seen,
    sources,
)
from truepoint.compiled.lake_sources import LakeTable
from truepoint.events.lake import LakeSources, LakeStore, export_lake
from truepoint.events.lake.state import KEPT_EXPORTS, read_state

# Bounds of days in UTC, a microsecond beside them, ties, and a time zone whose clocks change on the next day.
TIMES = [
    DAY - timedelta(days=400),
    DAY - MICROSECOND,
    DAY,
    DAY + MICROSECOND,
    DAY + timedelta(hours=5),
    DAY + timedelta(days=1) - MICROSECOND,
    DAY + timedelta(days=1),
    DAY + timedelta(days=1, hours=2),
    DAY + timedelta(days=1, hours=2) + MICROSECOND,
    DAY + timedelta(days=3),
]


def test_each_settled_row_is_there_once_whatever_the_steps(database_dsn: str, tmp_path: Path) -> None:
    make_tables(database_dsn)
    add(database_dsn, [*TIMES, None])
    store = local_store(tmp_path / "lake")
    for settled_at in [*TIMES, DAY + timedelta(days=4)]:
        (made,) = export_lake(database_dsn, sources(settled_at), store)
        assert (made.settled_at, made.is_new) == (settled_at, settled_at == TIMES[0])
        assert seen(store) == expected(TIMES, settled_at)
        assert export_lake(database_dsn, sources(settled_at), store) == []
    assert all_rows(store, 1, "calls").num_rows == len(TIMES), "the row without a known time is never exported"


def test_a_month_is_a_folder_and_an_export_a_file_in_it(database_dsn: str, tmp_path: Path) -> None:
    make_tables(database_dsn)
    add(database_dsn, TIMES[1:5])
    store = local_store(tmp_path / "lake")
    export_lake(database_dsn, sources(DAY + MICROSECOND), store)
    export_lake(database_dsn, sources(DAY + timedelta(hours=6)), store)
    assert [path for path in store.files("") if "/notes/" in path or "/" not in path] == [
        "generation-1/notes/known_month=1970-01/part-schema.parquet",
        "generation-1/notes/known_month=2026-03/part-20260328T000000000001Z-20260328T060000000000Z.parquet",
        "generation-1/notes/known_month=2026-03/part-start-20260328T000000000001Z.parquet",
    ]
    assert sorted(path.name for path in (tmp_path / "lake").iterdir()) == ["exports", "generation-1"]


def test_a_table_without_rows_has_its_columns(database_dsn: str, tmp_path: Path) -> None:
    make_tables(database_dsn)
    store = local_store(tmp_path / "lake")
    (made,) = export_lake(database_dsn, sources(DAY), store)
    assert made.rows == {"calls": 0, "notes": 0, "nothing": 0}
    table = all_rows(store, 1, "nothing")
    assert table.num_rows == 0
    assert table.schema.field("id").type == pa.int64()
    assert table.schema.field("known_at").type == pa.timestamp("us", "UTC")


VALUES: dict[str, tuple[str, Any, list[tuple[str, Any]]]] = {
    "text": ("text", pa.string(), [("''", ""), ("'NULL'", "NULL"), ("e'a\\r\\n,\"b\"'", 'a\r\n,"b"'), ("'ü'", "ü")]),
    "short": ("varchar(3)", pa.string(), [("'abc'", "abc"), ("'a '", "a ")]),
    "padded": ("char(3)", pa.string(), [("'a'", "a"), ("''", "")]),
    "id": ("uuid", pa.string(), [("'00000000-0000-0000-0000-00000000000A'", "00000000-0000-0000-0000-00000000000a")]),
    "whole": ("bigint", pa.int64(), [("-9223372036854775808", -(2**63)), ("9223372036854775807", 2**63 - 1)]),
    "small": ("smallint", pa.int16(), [("-32768", -32768)]),
    "middle": ("integer", pa.int32(), [("2147483647", 2**31 - 1)]),
    "truth": ("boolean", pa.bool_(), [("true", True), ("false", False)]),
    "price": ("numeric(12,3)", pa.decimal128(12, 3), [("1.5", Decimal("1.500")), ("-9.999", Decimal("-9.999"))]),
    "free": ("numeric", pa.decimal128(38, 18), [("12345678901234567890.5", Decimal("12345678901234567890.5"))]),
    "double": (
        "double precision",
        pa.float64(),
        [("0.1", 0.1), ("5e-324", 5e-324), ("'-infinity'", -math.inf), ("'-0'", -0.0)],
    ),
    "single": ("real", pa.float32(), [("0.1", 0.10000000149011612)]),
    "day": ("date", pa.date32(), [("'2024-02-29'", date(2024, 2, 29))]),
    "naive": ("timestamp", pa.timestamp("us"), [("'2024-02-29 01:02:03.000004'", datetime(2024, 2, 29, 1, 2, 3, 4))]),
    "moment": (
        "timestamptz",
        pa.timestamp("us", "UTC"),
        [("'2026-03-29 03:30:00.999999+03'", datetime(2026, 3, 29, 0, 30, 0, 999_999, tzinfo=UTC)),
         ("'0001-01-01 00:00:00Z'", datetime(1, 1, 1, tzinfo=UTC))],
    ),
}  # fmt: skip


def test_values_and_types_are_the_sources(database_dsn: str, tmp_path: Path) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        (database,) = connection.execute("select current_database()").fetchone() or ("",)
        for name, value in {"timezone": "America/New_York", "datestyle": "German", "extra_float_digits": "-10"}.items():
            connection.execute(f"alter database \"{database}\" set {name} = '{value}'")
        columns = ", ".join(f'"{name}" {type_name}' for name, (type_name, _, _) in VALUES.items())
        made = "twice int generated always as (n * 2) stored"
        connection.execute(f'create table public."Odd Table" (n int, {columns}, {made}, known_at timestamptz)')
        rows: list[dict[str, Any]] = [{}]
        for name, (_, _, values) in VALUES.items():
            for literal, value in values:
                connection.execute(
                    f'insert into public."Odd Table" (n, "{name}", known_at) values ({len(rows)}, {literal}, %s)',
                    [DAY + len(rows) * MICROSECOND],
                )
                rows.append({name: value})
    table = LakeTable(name="odd", folder="odd", relation='"public"."Odd Table"', known_at="known_at")
    store = local_store(tmp_path / "a lake's folder")
    export_lake(database_dsn, LakeSources(settled="now()", tables=(table,)), store)
    read = all_rows(store, 1, "odd").sort_by("n")
    assert {name: read.schema.field(name).type for name in VALUES} == {
        name: kind for name, (_, kind, _) in VALUES.items()
    }
    found = read.to_pylist()
    for n, row in enumerate(rows[1:]):
        assert found[n]["twice"] == 2 * (n + 1)
        for name in VALUES:
            value = found[n][name]
            assert value == row.get(name), name
            if isinstance(value, float):
                assert math.copysign(1, value) == math.copysign(1, row[name])


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("timestamptz", "infinity"),
        ("timestamptz", "0044-03-15 BC"),
        ("timestamp", "-infinity"),
        ("date", "10000-01-01"),
    ],
)
def test_a_time_that_no_calendar_has_is_null_in_the_lake_and_counted(
    database_dsn: str, tmp_path: Path, type_name: str, value: str
) -> None:
    with psycopg.connect(database_dsn, options="-c timezone=UTC") as connection:
        connection.execute(f"create table public.calls (n int, odd {type_name}, known_at timestamptz)")
        connection.execute(
            f"insert into public.calls values (1, '2026-03-28', %s), (2, '{value}', %s), (3, null, '-infinity')",
            [DAY, DAY],
        )
    table = LakeTable(name="calls", folder="calls", relation='"public"."calls"', known_at="known_at")
    store = local_store(tmp_path / "lake")
    (made,) = export_lake(database_dsn, LakeSources(settled="now()", tables=(table,)), store)
    assert (made.rows, made.set_aside) == ({"calls": 2}, {"calls": 1})
    rows = all_rows(store, 1, "calls").sort_by("n").to_pylist()
    assert [(row["n"], row["odd"] is None) for row in rows] == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("type_name", "value", "shown"),
    [
        ("numeric", "0.0000000000000000001", "'0.0000000000000000001', which is no number of at most 20 digits before"),
        ("numeric", "123456789012345678901.5", "'123456789012345678901.5', which is no number of at most 20 digits"),
        ("numeric", "NaN", "'NaN', which is no number"),
        ("numeric(9, 2)", "NaN", "'NaN', which is no number of at most 7 digits before the point and 2 after"),
    ],
)
def test_nothing_of_an_export_with_a_value_that_cannot_be_kept_is_seen(
    database_dsn: str, tmp_path: Path, type_name: str, value: str, shown: str
) -> None:
    from truepoint.errors import LakeError

    with psycopg.connect(database_dsn, options="-c timezone=UTC") as connection:
        connection.execute(f"create table public.calls (n int, odd {type_name}, known_at timestamptz)")
        connection.execute(f"insert into public.calls values (1, null, %s), (2, '{value}', %s)", [DAY, DAY])
    table = LakeTable(name="calls", folder="calls", relation='"public"."calls"', known_at="known_at")
    store = local_store(tmp_path / "lake")
    with pytest.raises(LakeError) as refusal:
        export_lake(database_dsn, LakeSources(settled="now()", tables=(table,)), store)
    assert str(refusal.value).startswith(f'"public"."calls" holds a value that a lake cannot keep: odd is {shown}')
    assert read_state(store).latest is None
    assert [path for path in store.files("") if path.endswith(".parquet") and "schema" not in path] == []


@pytest.mark.parametrize("kind", ["in memory", "a part of another"])
def test_other_file_systems_of_arrow(database_dsn: str, tmp_path: Path, kind: str) -> None:
    make_tables(database_dsn)
    add(database_dsn, TIMES)
    (tmp_path / "all").mkdir()
    part = pa_fs.SubTreeFileSystem(str(tmp_path / "all"), pa_fs.LocalFileSystem())
    filesystem = pa_fs._MockFileSystem() if kind == "in memory" else part
    for root in ("bucket/lake", "bucket/other"):
        store = LakeStore(shown="x", filesystem=filesystem, root=root)
        export_lake(database_dsn, sources(DAY), store)
        export_lake(database_dsn, sources(DAY + timedelta(days=1)), store)
        assert seen(store) == expected(TIMES, DAY + timedelta(days=1))


def test_rows_are_read_in_parts_and_no_part_is_lost(
    database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("truepoint.events.lake.database.BATCH_ROWS", 7)
    make_tables(database_dsn)
    times = [DAY + timedelta(minutes=n * 53) for n in range(100)]
    add(database_dsn, times)
    told: list[tuple[str, int, int]] = []
    store = local_store(tmp_path / "lake")
    export_lake(database_dsn, sources(times[-1]), store, on_progress=lambda *step: told.append(step))
    assert seen(store) == expected(times, times[-1])
    assert [step for step in told if step[0] == "notes"] == [
        *(("notes", done, 100) for done in range(0, 100, 7)), ("notes", 100, 100)
    ]  # fmt: skip
    assert told[-1] == ("nothing", 0, 0)


def test_a_file_has_whole_days_of_one_month(database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truepoint.events.lake.parts.FILE_ROWS", 4)
    monkeypatch.setattr("truepoint.events.lake.database.BATCH_ROWS", 3)
    make_tables(database_dsn)
    times = [DAY + timedelta(hours=8 * n) for n in range(20)]
    add(database_dsn, times)
    store = local_store(tmp_path / "lake")
    export_lake(database_dsn, sources(times[-1]), store)
    assert seen(store) == expected(times, times[-1])
    assert [path.partition("known_month=")[2] for path in store.files("generation-1/notes")] == [
        "1970-01/part-schema.parquet",
        "2026-03/part-20260329T235959999999Z-20260331T235959999999Z.parquet",
        "2026-03/part-start-20260329T235959999999Z.parquet",
        "2026-04/part-20260331T235959999999Z-20260402T235959999999Z.parquet",
        "2026-04/part-20260402T235959999999Z-20260403T080000000000Z.parquet",
    ]


def test_old_announcements_are_forgotten_and_the_latest_is_not(database_dsn: str, tmp_path: Path) -> None:
    make_tables(database_dsn)
    store = local_store(tmp_path / "lake")
    for n in range(KEPT_EXPORTS + 3):
        export_lake(database_dsn, sources(DAY + n * MICROSECOND), store)
    exports = pq.read_table(tmp_path / "lake" / "exports").column("settled_at").to_pylist()
    assert sorted(exports) == [DAY + n * MICROSECOND for n in range(3, KEPT_EXPORTS + 3)]


def test_a_table_without_a_known_time_is_copied_whole_and_two_copies_are_kept(
    database_dsn: str, tmp_path: Path
) -> None:
    make_tables(database_dsn)
    store = local_store(tmp_path / "lake")
    table = LakeTable(name="public.notes", folder="public/notes", relation='"public"."notes"', known_at=None)

    def export(day: int) -> list[str]:
        settled = f"timestamptz '2026-03-{day} 00:00:00Z'"
        (made,) = export_lake(database_dsn, LakeSources(settled=settled, tables=(table,)), store)
        assert made.rows == {"public.notes": day - 9}
        return [path for path in store.files("generation-1") if path.startswith("generation-1/public/notes/at-")]

    for day in range(10, 14):
        add(database_dsn, [DAY + day * MICROSECOND])
        kept = export(day)
        assert kept[-1] == f"generation-1/public/notes/at-202603{day}T000000000000Z/part.parquet"
        assert len(kept) == min(day - 9, 2)
        assert store.read_parquet(kept[-1]).num_rows == day - 9
