"""When an export begins anew, and when it refuses."""

import json
from datetime import timedelta
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.truepoint.events.lake.world import (
    DAY,
    MICROSECOND,
    add,
    begin_epoch,
    expected,
    local_store,
    make_tables,
    seen,
    sources,
)
from truepoint.cli import app
from truepoint.compiled.lake_sources import SIGNATURE_PREFIX, LakeTable
from truepoint.errors import LakeError, ManifestError, WarehouseError
from truepoint.events.lake import LakeSources, export_lake, load_lake_sources, open_lake
from truepoint.events.lake.database import open_snapshot
from truepoint.events.lake.state import read_state

TIMES = [DAY, DAY + timedelta(days=1)]
LATER = DAY + timedelta(days=2)


@pytest.fixture
def dsn(database_dsn: str) -> str:
    make_tables(database_dsn)
    add(database_dsn, TIMES)
    return database_dsn


def test_one_export_at_a_time(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")
    with (
        open_snapshot(dsn, sources(LATER)),
        pytest.raises(LakeError, match="Another export from this database is running"),
    ):
        export_lake(dsn, sources(LATER), store)
    assert not (tmp_path / "lake").exists()
    assert export_lake(dsn, sources(LATER), store)


def test_changed_history_begins_a_generation_and_the_old_one_goes_an_export_later(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")
    export_lake(dsn, sources(LATER), store)
    with psycopg.connect(dsn) as connection:
        connection.execute("delete from public.calls where known_at = %s", [DAY])
        connection.execute("delete from public.notes where learnt_at = %s", [DAY])
    begin_epoch(dsn)
    (made,) = export_lake(dsn, sources(LATER), store)
    assert (made.is_new, made.generation, made.rows["calls"]) == (True, 2, 1)
    assert seen(store) == expected(TIMES[1:], LATER)
    assert store.folders() == ["exports", "generation-1", "generation-2"]
    (made,) = export_lake(dsn, sources(LATER + timedelta(hours=1)), store)
    assert (made.is_new, made.generation) == (False, 2)
    assert store.folders() == ["exports", "generation-2"]


def test_a_generation_is_of_one_history_though_another_begins_meanwhile(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")

    def load(table: str, done: int, rows: int) -> None:
        if table == "calls" and not done:
            add(dsn, [DAY + timedelta(hours=1)])
            begin_epoch(dsn)

    export_lake(dsn, sources(LATER), store, on_progress=load)
    assert seen(store) == expected(TIMES, LATER)
    (made,) = export_lake(dsn, sources(LATER), store)
    assert made.generation == 2
    assert seen(store) == expected([*TIMES, DAY + timedelta(hours=1)], LATER)


def test_a_database_with_other_rows_than_the_lake_was_written_from_begins_a_generation(
    dsn: str, tmp_path: Path
) -> None:
    """As after a restore from before the lake's latest export, which starts no epoch."""
    store = local_store(tmp_path / "lake")
    times = [DAY + number * MICROSECOND for number in range(1, 4)]
    add(dsn, times)
    export_lake(dsn, sources(DAY + timedelta(days=1)), store)
    _, whole = seen(store)
    with psycopg.connect(dsn) as connection:
        connection.execute("delete from public.calls where known_at = %s", [times[2]])
        connection.execute("delete from public.notes where learnt_at = %s", [times[2]])
    (export,) = export_lake(dsn, sources(DAY + timedelta(days=2)), store)
    assert (export.generation, export.is_new) == (2, True)
    assert {name: len(ids) for name, ids in seen(store)[1].items()} == {
        name: len(ids) - (1 if ids else 0) for name, ids in whole.items()
    }
    add(dsn, [times[2]])  # with a past known time
    (export,) = export_lake(dsn, sources(DAY + timedelta(days=3)), store)
    assert (export.generation, export.is_new) == (3, True)
    assert seen(store) == (DAY + timedelta(days=3), whole)
    (export,) = export_lake(dsn, sources(DAY + timedelta(days=4)), store)
    assert (export.generation, export.is_new) == (3, False)


def test_restart_writes_all_anew(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")
    export_lake(dsn, sources(LATER), store)
    (made,) = export_lake(dsn, sources(LATER), store, restart=True)
    assert (made.is_new, made.generation) == (True, 2)
    assert seen(store) == expected(TIMES, LATER)


def test_a_changed_column_begins_a_generation(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")
    export_lake(dsn, sources(TIMES[0]), store)
    with psycopg.connect(dsn) as connection:
        connection.execute("alter table public.calls add column country text default 'EE'")
    (made,) = export_lake(dsn, sources(LATER), store)
    assert (made.is_new, made.rows["calls"]) == (True, 2)
    assert pq.read_table(tmp_path / "lake" / "generation-2" / "calls").column("country").to_pylist() == ["EE", "EE"]


def test_a_further_table_begins_a_generation(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")
    every = sources(LATER)
    export_lake(dsn, LakeSources(settled=every.settled, tables=every.tables[:1]), store)
    (made,) = export_lake(dsn, every, store)
    assert (made.is_new, made.generation) == (True, 2)
    assert seen(store) == expected(TIMES, LATER)


def test_another_database_is_refused(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")
    begin_epoch(dsn)
    export_lake(dsn, sources(LATER), store)
    with psycopg.connect(dsn) as connection:
        connection.execute("update truepoint.epochs set started_at = started_at + interval '1 microsecond'")
    for restart in (False, True):
        if restart:
            export_lake(dsn, sources(LATER), store, restart=True)
        else:
            with pytest.raises(LakeError, match=r"is of another database: .* with --restart"):
                export_lake(dsn, sources(LATER), store)
    assert export_lake(dsn, sources(LATER), store) == []


def test_a_clock_that_was_set_back_adds_nothing(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")
    export_lake(dsn, sources(LATER), store)
    assert export_lake(dsn, sources(DAY), store) == []
    assert seen(store) == expected(TIMES, LATER)


def test_a_broken_export_later_than_the_clock_waits(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path / "lake")
    plan = {"generation": 1, "after": None, "until": LATER.isoformat(), "epoch": 0, "epoch_started_at": None}
    store.write_text("_export.json", json.dumps(plan))
    with pytest.raises(WarehouseError, match="its clock was set back"):
        export_lake(dsn, sources(DAY), store)
    assert export_lake(dsn, sources(LATER), store)[0].is_resumed


FAULTS = {
    "no table": ("select", "public.absent", "There is no table public.absent in the database"),
    "another database": ("select", '"other"."public"."calls"', "compiled for another database"),
    "no known time": ("create table public.t (x int)", "public.t", "must have a column known_at"),
    "a naive known time": (
        "create table public.t (known_at timestamp)",
        "public.t",
        "of type timestamp with time zone",
    ),
    "many digits": (
        "create table public.t (known_at timestamptz, x numeric(50,2))",
        "public.t",
        r"x is numeric\(50,2\), of more than 38 digits",
    ),
    "a column named like the months": (
        "create table public.t (known_at timestamptz, known_month date)",
        "public.t",
        "known_month has the name that months have",
    ),
}


@pytest.mark.parametrize(("ddl", "relation", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_tables_that_are_refused(dsn: str, tmp_path: Path, ddl: str, relation: str, message: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(ddl)
    wrong = LakeSources(
        settled="now()", tables=(LakeTable(name="t", folder="t", relation=relation, known_at="known_at"),)
    )
    with pytest.raises(WarehouseError, match=message):
        export_lake(dsn, wrong, local_store(tmp_path / "lake"))
    assert not (tmp_path / "lake").exists()


def test_a_database_in_which_no_epoch_was_ever_begun_is_exported(dsn: str, tmp_path: Path) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("drop schema truepoint cascade")
    (made,) = export_lake(dsn, sources(DAY), local_store(tmp_path / "lake"))
    assert made.is_new


def test_a_folder_of_something_else(dsn: str, tmp_path: Path) -> None:
    store = local_store(tmp_path)
    store.write_parquet("exports/part-0.parquet", pa.table({"settled_at": [DAY]}))
    with pytest.raises(LakeError, match=r"part-0.parquet .* was not written by `truepoint lake export`"):
        export_lake(dsn, sources(DAY), store)
    store.remove_file("exports/part-0.parquet")
    store.write_text("_export.json", "[]")
    with pytest.raises(LakeError, match=r"_export.json .* Remove it"):
        export_lake(dsn, sources(DAY), store)


def test_a_place_that_cannot_be_written(dsn: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(LakeError, match=r"The lake .*file/lake cannot be (written|read)"):
        export_lake(dsn, sources(DAY), open_lake(str(tmp_path / "file" / "lake")))
    assert read_state(local_store(tmp_path)).latest is None


def test_urls(tmp_path: Path) -> None:
    assert open_lake(f"file://{tmp_path}/lake").root == f"{tmp_path}/lake"
    s3 = open_lake("s3a://key:secret@bucket/lake/?region=eu-north-1")
    assert (s3.filesystem.type_name, s3.root) == ("s3", "bucket/lake")
    assert s3.shown == "s3a://bucket/lake/"
    with pytest.raises(LakeError, match=r"The lake nowhere://host/lake cannot be opened: .* s3://bucket/folder"):
        open_lake("nowhere://user:secret@host/lake")


def manifest(path: Path, *signatures: object) -> Path:
    nodes = {
        f"analysis.x.{number}": {"compiled_code": f"select 1\n{SIGNATURE_PREFIX}{json.dumps(signature)}"}
        for number, signature in enumerate(signatures)
    }
    path.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    return path


def test_manifests(tmp_path: Path) -> None:
    table = {"name": "public.calls", "folder": "public/calls", "relation": "public.calls", "known_at": "known_at"}
    good = {"settled": "now()", "tables": [table]}
    assert load_lake_sources(manifest(tmp_path / "good.json", good)).tables[0].folder == "public/calls"
    for signatures, message in (
        ((), "holds 0 statements of a lake"),
        ((good, good), "holds 2 statements"),
        ((17,), "is not a JSON object"),
        (({"settled": 1},), "does not fit this version"),
        (({"settled": "now()", "tables": []},), "nothing to export"),
        (({"settled": "now()", "tables": [table, table | {"folder": "public/Calls"}]},), "have one name in a lake"),
    ):
        with pytest.raises(ManifestError, match=message):
            load_lake_sources(manifest(tmp_path / "wrong.json", *signatures))


def test_the_command_says_which_lake_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUEPOINT_LAKE", raising=False)
    result = CliRunner().invoke(app, ["lake", "export"])
    assert result.exit_code == 1
    assert "Give --lake, or set TRUEPOINT_LAKE" in result.stderr
