"""Loading one file into one event table."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from truepoint.arrow.span import rows_outside_span
from truepoint.events.loading.catalogue import SCHEMA
from truepoint.events.loading.files import open_event_file
from truepoint.events.loading.history import TableLoad, load_history

# Called with the number of rows just read, and the number in the file, or None where the file does not say.
OnProgress = Callable[[int, int | None], None]


def load_events(dsn: str, table_name: str, path: Path, *, on_progress: OnProgress | None = None) -> TableLoad:
    """Add the rows of a Parquet or CSV file, which has exactly the columns of the table, of any schema.

    Raises DataFileError, with the row's number and the reason, and then nothing was loaded; WarehouseError if the
    database cannot be used.
    """
    with load_history(dsn, what=path.name, cause=f"load events {table_name} {path.name}") as load:
        file = open_event_file(path, load.describe(table_name))

        outside_span = 0

        def read() -> Iterator[Any]:
            nonlocal outside_span
            outside_span = 0  # rows may be read twice
            for batch in file():
                outside_span += rows_outside_span(batch) if file.table.schema == SCHEMA else 0  # else the doctor counts
                if on_progress:
                    on_progress(batch.num_rows, file.rows)
                yield batch

        return replace(load.add(file.table, read), rows_outside_span=outside_span)
