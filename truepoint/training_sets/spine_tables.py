"""Spines in the database: the rows of a table or view."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql

from truepoint.arrow.casting import cast_exactly, casts
from truepoint.arrow.copying import CopiedRows, copied_columns, is_wider
from truepoint.arrow.types import BATCH_ROWS, arrow_type
from truepoint.errors import SpineError, first_line
from truepoint.postgres.connecting import connect
from truepoint.training_sets.spine import Spine
from truepoint.training_sets.spine_files import FILE_SUFFIXES, parquet_spine

COLUMNS: Final = """
select attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
from pg_attribute as attribute
where attribute.attrelid = to_regclass(%s) and attribute.attnum > 0 and not attribute.attisdropped
order by attribute.attnum
"""
# The text of values is then the same whoever asks.
SETTINGS: Final = """
select
    set_config('TimeZone', 'UTC', true),
    set_config('DateStyle', 'ISO', true),
    set_config('IntervalStyle', 'postgres', true),
    set_config('bytea_output', 'hex', true),
    set_config('extra_float_digits', '1', true)
"""


def open_table_spine(name: str, dsn: str, path: Path) -> Spine:
    """The rows of a table or view, copied to a Parquet file at `path` first: both readings then see the same rows.

    A column keeps its type where Arrow has all of its values, and is the text that Postgres shows elsewhere. Raises
    SpineError.
    """
    with connect(dsn) as connection:
        try:
            connection.execute(SETTINGS)
            types = _column_types(connection, name)
            schema = pa.schema([(column, arrow_type(type_name)) for column, type_name in types.items()])
            unfit = _copy(connection, name, types, schema, path)
        except psycopg.Error as error:
            raise SpineError(f"Table {name} cannot be read: {first_line(error)}.") from error
        except pa.ArrowException as error:
            raise SpineError(f"Table {name} holds a value that cannot be kept: {first_line(error)}.") from error
    copied = parquet_spine(path, name)
    for index, field in enumerate(schema):
        if field.name in unfit:
            schema = schema.set(index, pa.field(field.name, pa.string()))

    def read() -> Iterator[Any]:
        for batch in copied.read():
            arrays = [cast_exactly(values, wanted) for values, wanted in zip(batch.columns, schema.types, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return replace(copied, schema=schema, read=read, texts=frozenset(unfit))


def _copy(connection: "psycopg.Connection[Any]", name: str, types: dict[str, str], schema: Any, path: Path) -> set[str]:
    """Copy the rows, and return the columns with values that their Arrow type has not: NaN, infinity, too many digits.

    Columns that could hold such come as text.
    """
    sent = pa.schema([(field.name, pa.string() if is_wider(field.type) else field.type) for field in schema])
    statement = sql.SQL("copy (select {} from {}) to stdout (format csv)").format(copied_columns(types), sql.SQL(name))
    unfit: set[str] = set()
    with connection.cursor() as cursor, cursor.copy(statement) as copy, pq.ParquetWriter(path, sent) as file:
        rows = CopiedRows(iter(copy), sent)
        while (batch := rows.take(BATCH_ROWS)).num_rows:
            file.write_batch(batch)
            for field, values in zip(schema, batch.columns, strict=True):
                if is_wider(field.type) and field.name not in unfit and not casts(values, field.type):
                    unfit.add(field.name)
    return unfit


def _column_types(connection: "psycopg.Connection[Any]", name: str) -> dict[str, str]:
    part = r'(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)'
    columns = connection.execute(COLUMNS, [name]).fetchall() if re.fullmatch(rf"{part}(?:\.{part})?", name) else []
    if not columns:
        raise SpineError(
            f"There is no table {name} in the database, and the name does not end in {' or '.join(FILE_SUFFIXES)}. "
            "Give a file, or a table as schema.name."
        )
    return dict(columns)
