"""What may be given as a spine: a Parquet or CSV file, a table of the database, an Arrow table, a pandas frame."""

import csv
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql

from truepoint.arrow.copying import CopiedRows
from truepoint.arrow.files import csv_problem, read_csv_bytes, read_csv_header
from truepoint.arrow.types import BATCH_ROWS, arrow_type
from truepoint.errors import SpineError, WarehouseError, first_line
from truepoint.postgres.connecting import connect

FILE_SUFFIXES: Final = (".parquet", ".csv")

COLUMNS: Final = """
select attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
from pg_attribute as attribute
where attribute.attrelid = to_regclass(%s) and attribute.attnum > 0 and not attribute.attisdropped
order by attribute.attnum
"""


@dataclass(frozen=True)
class Spine:
    """Rows that ask for features.

    name: for messages. schema: of the batches that `read` gives; each call reads the rows anew, in the same order.
    rows: their number where it is known. is_text: whether all columns are bytes of text, as in CSV, so that types are
    in the values.
    """

    name: str
    schema: Any
    rows: int | None
    read: Callable[[], Iterator[Any]]
    is_text: bool = False


@contextmanager
def open_spine(given: Any, dsn: str | None) -> Iterator[Spine]:
    """Open a path or the name of a table, a pyarrow Table, or a pandas DataFrame. Raises SpineError, WarehouseError."""
    if isinstance(given, pa.Table):
        yield _table_spine(given, "the table")
    elif isinstance(given, str | Path):
        path = Path(given)
        if path.suffix.lower() in FILE_SUFFIXES:
            if not path.is_file():
                raise SpineError(f"There is no file {path}.")
            yield _parquet_spine(path) if path.suffix.lower() == ".parquet" else _csv_spine(path)
        elif isinstance(given, Path) or path.exists():
            raise SpineError(f"{path.name} ends in {path.suffix or 'nothing'}. Allowed: {', '.join(FILE_SUFFIXES)}.")
        elif dsn is None:
            raise WarehouseError(
                f"{given} names a table, and no database is running. Start it with `truepoint up`, or set "
                "TRUEPOINT_DSN."
            )
        else:
            with tempfile.TemporaryDirectory(prefix="truepoint-spine-") as folder:
                yield _database_spine(given, dsn, Path(folder) / "spine.parquet")
    elif _is_frame(given):
        try:
            table = pa.Table.from_pandas(given, preserve_index=False)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise SpineError(f"The frame cannot be read as a table: {first_line(error)}.") from error
        yield _table_spine(table, "the frame")
    else:
        raise SpineError(
            f"A spine cannot be a {type(given).__name__}. Allowed: the path of a .parquet or .csv file, the name of a "
            "table, a pyarrow Table, a pandas DataFrame."
        )


def _is_frame(given: Any) -> bool:
    import pandas as pd

    return isinstance(given, pd.DataFrame)


def _table_spine(table: Any, name: str) -> Spine:
    return Spine(
        name=name,
        schema=table.schema,
        rows=table.num_rows,
        read=lambda: iter(table.to_batches(max_chunksize=BATCH_ROWS)),
    )


def _parquet_spine(path: Path, name: str | None = None) -> Spine:
    shown = name or path.name
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        raise SpineError(f"{shown} cannot be read as Parquet: {first_line(error)}.") from error

    def read() -> Iterator[Any]:
        try:
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(batch_size=BATCH_ROWS)
        except (OSError, pa.ArrowException) as error:
            raise SpineError(f"{shown} cannot be read to its end: {first_line(error)}.") from error

    return Spine(name=shown, schema=schema, rows=rows, read=read)


def _csv_spine(path: Path) -> Spine:
    try:
        names = read_csv_header(path)
    except (OSError, csv.Error) as error:
        raise SpineError(f"{path.name} cannot be read as CSV: {first_line(error)}.") from error
    if not names:
        raise SpineError(f"{path.name} is empty. Its first line must name the columns.")

    def read() -> Iterator[Any]:
        try:
            yield from read_csv_bytes(path, names)
        except (OSError, pa.ArrowException) as error:
            raise SpineError(f"{path.name}{csv_problem(error)}.") from error

    schema = pa.schema([(name, pa.binary()) for name in names])
    return Spine(name=path.name, schema=schema, rows=None, read=read, is_text=True)


def _database_spine(name: str, dsn: str, path: Path) -> Spine:
    """The rows of a table or view, copied to a Parquet file first: both readings then see the same rows."""
    with connect(dsn) as connection:
        try:
            connection.execute(
                "select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true),"
                " set_config('extra_float_digits', '1', true)"
            )
            schema = _table_schema(connection, name)
            statement = sql.SQL("copy (select {} from {}) to stdout (format csv)").format(
                sql.SQL(", ").join(map(sql.Identifier, schema.names)), sql.SQL(name)
            )
            with connection.cursor() as cursor, cursor.copy(statement) as copy, pq.ParquetWriter(path, schema) as file:
                rows = CopiedRows(iter(copy), schema)
                while (batch := rows.take(BATCH_ROWS)).num_rows:
                    file.write_batch(batch)
        except psycopg.Error as error:
            raise SpineError(f"Table {name} cannot be read: {first_line(error)}.") from error
        except pa.ArrowException as error:
            raise SpineError(f"Table {name} holds a value that cannot be kept: {first_line(error)}.") from error
    return _parquet_spine(path, name)


def _table_schema(connection: "psycopg.Connection[Any]", name: str) -> Any:
    part = r'(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)'
    columns = connection.execute(COLUMNS, [name]).fetchall() if re.fullmatch(rf"{part}(?:\.{part})?", name) else []
    if not columns:
        raise SpineError(
            f"There is no table {name} in the database, and the name does not end in {' or '.join(FILE_SUFFIXES)}. "
            "Give a file, or a table as schema.name."
        )
    return pa.schema([(column, arrow_type(type_name)) for column, type_name in columns])
