"""What may be given as a spine: a Parquet or CSV file, a table of the database, an Arrow table, a pandas frame."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from truepoint.arrow.types import BATCH_ROWS
from truepoint.errors import SpineError, WarehouseError, first_line
from truepoint.training_sets.spine import Spine
from truepoint.training_sets.spine_files import FILE_SUFFIXES, CsvForm, open_file_spine
from truepoint.training_sets.spine_tables import open_table_spine


@contextmanager
def open_spine(
    given: Any, dsn: str | None, *, wanted: Collection[str] = (), form: CsvForm | None = None
) -> Iterator[Spine]:
    """Open a path or the name of a table, a pyarrow Table, or a pandas DataFrame.

    wanted: columns that the service asks for. form: of a CSV file. Raises SpineError, WarehouseError.
    """
    form = form or CsvForm()
    if isinstance(given, str | Path):
        path = Path(given)
        if path.exists():
            yield open_file_spine(path, wanted, form)
            return
        if isinstance(given, Path) or path.suffix.lower() in FILE_SUFFIXES:
            raise SpineError(f"There is no file {path}.")
    if form != CsvForm():
        raise SpineError("Only a CSV file has a delimiter, and empty texts that are null; this spine is none.")
    if isinstance(given, str):
        if dsn is None:
            raise WarehouseError(
                f"{given} names a table, and no database is running. Start it with `truepoint up`, or set "
                "TRUEPOINT_DSN."
            )
        with tempfile.TemporaryDirectory(prefix="truepoint-spine-") as folder:
            yield open_table_spine(given, dsn, Path(folder) / "spine.parquet")
    elif isinstance(given, pa.Table):
        yield _arrow_spine(given, "the table")
    elif _is_frame(given):
        try:
            table = pa.Table.from_pandas(given, preserve_index=False)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise SpineError(f"The frame cannot be read as a table: {first_line(error)}.") from error
        yield _arrow_spine(table, "the frame")
    else:
        raise SpineError(
            f"A spine cannot be a {type(given).__name__}. Allowed: the path of a .parquet or .csv file, the name of a "
            "table, a pyarrow Table, a pandas DataFrame."
        )


def _is_frame(given: Any) -> bool:
    import pandas as pd

    return isinstance(given, pd.DataFrame)


def _arrow_spine(table: Any, name: str) -> Spine:
    return Spine(
        name=name,
        schema=table.schema,
        rows=table.num_rows,
        read=lambda: iter(table.to_batches(max_chunksize=BATCH_ROWS)),
    )
