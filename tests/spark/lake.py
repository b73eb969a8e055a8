"""A lake for Spark, as exports leave it: two that are whole, and one that was broken off."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from truepoint.events.lake import LakeSources, export_lake, load_lake_sources, open_lake

BROKEN_OFF_LATER: Final = timedelta(days=60)


class BrokenOffError(Exception):
    """Ends an export amid its last table."""


def write_lake(dsn: str, manifest: Path, lake: Path, *, first: datetime, settled_at: datetime) -> None:
    """Export what was known by `first`, then by `settled_at`; then begin an export of later rows."""
    sources = load_lake_sources(manifest)
    store = open_lake(str(lake))
    for time in (first, settled_at):
        export_lake(dsn, _settled(sources, time), store)

    def break_off(table: str, done: int, rows: int) -> None:
        if done and table == sources.tables[-1].name:
            raise BrokenOffError

    try:
        export_lake(dsn, _settled(sources, settled_at + BROKEN_OFF_LATER), store, on_progress=break_off)
    except BrokenOffError:
        return
    raise AssertionError("there were no later rows")


def _settled(sources: LakeSources, time: datetime) -> LakeSources:
    return replace(sources, settled=f"timestamptz '{time.isoformat()}'")


def export_once(dsn: str, manifest: Path, lake: Path, *, settled_at: datetime) -> None:
    """Export what was known by `settled_at`."""
    export_lake(dsn, _settled(load_lake_sources(manifest), settled_at), open_lake(str(lake)))
