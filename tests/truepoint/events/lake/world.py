"""Event tables of a test, what is in them, and what a reader of the lake sees."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow.dataset as pa_dataset
import pyarrow.fs as pa_fs

from truepoint.compiled.lake_sources import LakeTable
from truepoint.events.lake import LakeSources, LakeStore
from truepoint.events.lake.state import read_state

DAY: Final = datetime(2026, 3, 28, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
CREATE: Final = """
create table public.calls (call_id text, amount_minor bigint, known_at timestamptz);
create table public.notes (note_id text primary key, learnt_at timestamptz not null);
create table public.nothing (id bigint, known_at timestamptz not null)
"""
NAMES: Final = {"calls": "call_id", "notes": "note_id", "nothing": "id"}


def make_tables(dsn: str) -> None:
    """Three tables; the known time of one has a name of its own, and one stays empty."""
    with psycopg.connect(dsn) as connection:
        connection.execute(CREATE)


def sources(settled_at: datetime | str) -> LakeSources:
    """Those tables, settled at a time of the test's choice, or by SQL."""
    settled = settled_at if isinstance(settled_at, str) else f"timestamptz '{settled_at.isoformat()}'"
    return LakeSources(
        settled=settled,
        tables=(
            LakeTable(name="calls", folder="calls", relation='"public"."calls"', known_at="known_at"),
            LakeTable(name="notes", folder="notes", relation='"public"."notes"', known_at="learnt_at"),
            LakeTable(name="nothing", folder="nothing", relation='"public"."nothing"', known_at="known_at"),
        ),
    )


def add(dsn: str, times: Sequence[datetime | None]) -> None:
    """A call for each time, and a note for each that is not null."""
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        for time in times:
            name = f"{time and time.isoformat()}"
            cursor.execute("insert into public.calls values (%s, 7, %s)", [name, time])
            if time is not None:
                cursor.execute("insert into public.notes values (%s, %s)", [name, time])


def begin_epoch(dsn: str) -> None:
    """As a load of history does."""
    with psycopg.connect(dsn) as connection:
        connection.execute("insert into truepoint.epochs (cause) values ('test')")


def local_store(folder: Path) -> LakeStore:
    return LakeStore(shown=str(folder), filesystem=pa_fs.LocalFileSystem(), root=str(folder))


def all_rows(store: LakeStore, generation: int, table: str) -> Any:
    """All rows of a table in the lake, announced or not, as any reader of Parquet finds them."""
    dataset = pa_dataset.dataset(
        f"{store.root}/generation-{generation}/{table}",
        filesystem=store.filesystem, format="parquet", partitioning="hive",
    )  # fmt: skip
    return dataset.to_table()


def seen(store: LakeStore) -> tuple[datetime | None, dict[str, list[str]]]:
    """What a reader sees, who heeds the latest export: its time, and the sorted ids of each table."""
    latest = read_state(store).latest
    if latest is None:
        return None, {}
    ids = {}
    for table in sources(DAY).tables:
        rows = all_rows(store, latest.generation, table.name).to_pylist()
        ids[table.name] = sorted(row[NAMES[table.name]] for row in rows if row[table.known_at] <= latest.settled_at)
        for row in rows:
            assert row["known_month"] == f"{row[table.known_at].astimezone(UTC):%Y-%m}"
    return latest.settled_at, ids


def expected(times: Sequence[datetime | None], settled_at: datetime) -> tuple[datetime, dict[str, list[str]]]:
    """What a reader must see."""
    ids = sorted(time.isoformat() for time in times if time is not None and time <= settled_at)
    return settled_at, {"calls": ids, "notes": ids, "nothing": []}
