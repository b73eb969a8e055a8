"""The rows of one table and one export as files: whole days, months apart, neither too small nor too large."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np

from truepoint.events.lake.database import SnapshotTable
from truepoint.events.lake.layout import Bounds, day_end, part_bounds, part_path, table_folder
from truepoint.events.lake.state import Plan
from truepoint.events.lake.store import LakeStore

FILE_ROWS: Final = 1_000_000  # a file is ended with the day in which it has as many
DAY_US: Final = 86_400_000_000


def resume_point(store: LakeStore, plan: Plan, table: str) -> datetime | None:
    """Up to when the files that are there have the plan's rows: plan.after where there are none.

    Files join each other: one begins where another ends. A file of the plan's time that does not, left by an export
    that was given up, is removed.
    """
    after = plan.after
    found = {path: part_bounds(path) for path in store.files(table_folder(plan.generation, table))}
    not_announced = {
        path: bounds for path, bounds in found.items() if bounds and (after is None or bounds.until > after)
    }
    joined: set[str] = set()
    reached = after
    while True:
        following = [
            (bounds.until, path)
            for path, bounds in not_announced.items()
            if bounds.after == reached and bounds.until <= plan.until
        ]
        if not following:
            break
        reached, path = max(following)
        joined.add(path)
    for path in not_announced:
        if path not in joined:
            store.remove_file(path)
    return reached


@contextmanager
def closing_parts(
    store: LakeStore, plan: Plan, table: SnapshotTable, *, after: datetime | None
) -> Iterator[Callable[[Any], None]]:
    """Within, each call writes a batch; batches come in the order of known_at, and begin with the rows after `after`.

    After an error the file that is being written does not take its place; those before it have.
    """
    with ExitStack() as stack:
        parts = _Parts(store, plan, table, after, stack)
        yield parts.write
        parts.end()


class _Parts:
    """The file that is being written: its first bound, its rows, and the day of the latest of them."""

    def __init__(
        self, store: LakeStore, plan: Plan, table: SnapshotTable, after: datetime | None, stack: ExitStack
    ) -> None:
        self._store, self._plan, self._table, self._stack = store, plan, table, stack
        self._after = after
        self._rows = 0
        self._day: date | None = None
        self._write: Callable[[Any], None] | None = None

    def write(self, batch: Any) -> None:
        for day, rows in _by_day(batch, self._table.known_at):
            if self._day and day != self._day and (self._rows >= FILE_ROWS or _month(day) != _month(self._day)):
                self.end()
            self._day = day
            if self._write is None:
                self._write = self._stack.enter_context(self._store.open_parquet(self._path, self._table.schema))
            self._write(rows)
            self._rows += rows.num_rows

    def end(self) -> None:
        if self._write is not None:
            self._stack.close()
            self._write, self._after, self._rows = None, self._until(), 0

    def _until(self) -> datetime:
        return min(day_end(self._day), self._plan.until) if self._day else self._plan.until

    def _path(self) -> str:
        return part_path(self._plan.generation, self._table.folder, Bounds(self._after, self._until()))


def _month(day: date) -> tuple[int, int]:
    return (day.year, day.month)


def _by_day(batch: Any, known_at: str) -> Iterator[tuple[date, Any]]:
    """The parts of a batch in the order of known_at that lie in one day of UTC."""
    days = batch.column(known_at).cast("int64").to_numpy() // DAY_US
    starts = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist()]
    for start, end in zip(starts, [*starts[1:], batch.num_rows], strict=True):
        day = datetime(1970, 1, 1, tzinfo=UTC).date() + timedelta(days=int(days[start]))
        yield day, batch.slice(start, end - start)
