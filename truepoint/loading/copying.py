"""Record batches into a table, by COPY."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import Cursor, sql
from psycopg.copy import QueuedLibpqWriter


def copy_batches(cursor: Cursor[Any], target: sql.Composable, batches: Iterable[Any]) -> int:
    """COPY `batches` into the columns of `target` that they name, and return the number of rows.

    A thread sends while the next batch is being made, so that both cores work. Text is quoted, null is not: an empty
    text stays an empty text.
    """
    rows = 0
    iterator = iter(batches)
    first = next(iterator, None)
    if first is None:
        return 0
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        target, sql.SQL(", ").join(map(sql.Identifier, first.schema.names))
    )
    options = pa_csv.WriteOptions(include_header=False)
    with cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copy:
        batch = first
        while batch is not None:
            if batch.num_rows:
                sink = pa.BufferOutputStream()
                pa_csv.write_csv(batch, sink, options)
                copy.write(sink.getvalue().to_pybytes())
                rows += batch.num_rows
            batch = next(iterator, None)
    return rows
