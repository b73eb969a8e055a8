"""Names of folders and files in a lake.

    exports/part-000001-<settled_at>.parquet                                        one row: an export that is whole
    generation-1/<schema>/<table>/known_month=2026-01/part-<after>-<until>.parquet  rows with after < known_at <= until
    generation-1/<schema>/<table>/known_month=1970-01/part-schema.parquet           no row, the columns
    generation-1/<schema>/<table>/at-<settled_at>/part.parquet                      a table without a known time, whole
    _export.json                                                                    the export that is under way, if any
    _writing/                                                                       files that are not whole yet

A generation is a history from its beginning. A new one starts where the old one no longer holds. Readers pass over
names that start with an underscore.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

EXPORTS: Final = "exports"
PLAN: Final = "_export.json"
WRITING: Final = "_writing"
PARTITION: Final = "known_month"

_STAMP: Final = "%Y%m%dT%H%M%S%fZ"
_SCHEMA: Final = f"{PARTITION}=1970-01/part-schema.parquet"
_WHOLE: Final = "at-"
_GENERATION: Final = re.compile(r"generation-(\d+)")
_PART: Final = re.compile(
    rf"(?:.*/)?{PARTITION}=\d{{4}}-\d\d/part-(start|\d{{8}}T\d{{12}}Z)-(\d{{8}}T\d{{12}}Z)\.parquet"
)


@dataclass(frozen=True)
class Bounds:
    """What a file holds: all rows with after < known_at <= until, and no other; after is None where it has no bound."""

    after: datetime | None
    until: datetime


def generation_folder(generation: int) -> str:
    """The folder of a generation."""
    return f"generation-{generation}"


def generation_of(folder: str) -> int | None:
    """The number of a generation's folder; None for any other folder."""
    found = _GENERATION.fullmatch(folder)
    return int(found[1]) if found else None


def table_folder(generation: int, table: str) -> str:
    """The folder that Spark reads as a source."""
    return f"{generation_folder(generation)}/{table}"


def schema_path(generation: int, table: str) -> str:
    """A file without rows: a table without rows has its columns too, and they can be compared at the next export."""
    return f"{table_folder(generation, table)}/{_SCHEMA}"


def whole_folder(generation: int, table: str, settled_at: datetime) -> str:
    """The folder that Spark reads as a source without a known time: a copy for each export."""
    return f"{table_folder(generation, table)}/{_WHOLE}{stamp(settled_at)}"


def whole_path(generation: int, table: str, settled_at: datetime) -> str:
    """The file of that copy."""
    return f"{whole_folder(generation, table, settled_at)}/part.parquet"


def is_whole_path(path: str) -> bool:
    """Whether a file is such a copy."""
    return path.rpartition("/")[0].rpartition("/")[2].startswith(_WHOLE)


def part_path(generation: int, table: str, bounds: Bounds) -> str:
    """A file of rows, in the month of its latest one."""
    after = stamp(bounds.after) if bounds.after else "start"
    folder = f"{PARTITION}={bounds.until.astimezone(UTC):%Y-%m}"
    return f"{table_folder(generation, table)}/{folder}/part-{after}-{stamp(bounds.until)}.parquet"


def part_bounds(path: str) -> Bounds | None:
    """The bounds of a file of rows; None for any other file."""
    found = _PART.fullmatch(path)
    return Bounds(None if found[1] == "start" else _time(found[1]), _time(found[2])) if found else None


def export_path(generation: int, settled_at: datetime) -> str:
    """The file that announces an export. Names sort as exports followed each other."""
    return f"{EXPORTS}/part-{generation:06d}-{stamp(settled_at)}.parquet"


def stamp(time: datetime) -> str:
    """A time in a file's name: UTC, microseconds, no colons. Stamps sort as times do."""
    return f"{time.astimezone(UTC):{_STAMP}}"


def _time(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)


def day_end(day: date) -> datetime:
    """The last microsecond of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)
