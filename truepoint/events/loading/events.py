"""Loading one file into one event table."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from truepoint.events.loading.files import open_event_file
from truepoint.events.loading.history import TableLoad, load_history

# Called with the number of rows just read, and the number in the file, or None where the file does not say.
OnProgress = Callable[[int, int | None], None]


def load_events(dsn: str, table_name: str, path: Path, *, on_progress: OnProgress | None = None) -> TableLoad:
    """Add the rows of a Parquet or CSV file, which has exactly the columns of payments.<table_name>.

    Raises DataFileError, with the row's number and the reason, and then nothing was loaded; WarehouseError if the
    database cannot be used.
    """
    with load_history(dsn, what=path.name, cause=f"load events {table_name} {path.name}") as load:
        file = open_event_file(path, load.describe(table_name))

        def read() -> Iterator[Any]:
            for batch in file():
                if on_progress:
                    on_progress(batch.num_rows, file.rows)
                yield batch

        return load.add(file.table, read)
