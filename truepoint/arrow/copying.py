"""Record batches into a table and out of a statement, by COPY in CSV."""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import Cursor, sql
from psycopg.copy import QueuedLibpqWriter

from truepoint.arrow.casting import cast_exactly, first_failing, what_fits
from truepoint.arrow.shown import shown


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


def copied_columns(types: Mapping[str, str]) -> sql.Composable:
    """Columns as COPY is to show them, by the types that the catalogue shows.

    char(n) compares without its padding, so its text goes without.
    """
    return sql.SQL(", ").join(
        sql.SQL("{}::text" if re.fullmatch(r"character(\(\d+\))?", type_name) else "{}").format(sql.Identifier(name))
        for name, type_name in types.items()
    )


class CopiedRows:
    """Rows that Postgres sends by COPY in CSV, one message a row, as record batches of any size.

    Null is an unquoted empty field, an empty text is not: CSV keeps them apart. An array must come as JSON. Times must
    be in UTC and ISO. Postgres has numbers, times and days that Arrow has not: these come as text and are cast here, so
    that one that does not fit is named.
    """

    def __init__(self, messages: Iterator[Any], schema: Any) -> None:
        self._messages = messages
        self._schema = schema
        self._read_options = pa_csv.ReadOptions(column_names=schema.names, use_threads=False)
        self._parse_options = pa_csv.ParseOptions(newlines_in_values=True)
        self._convert_options = pa_csv.ConvertOptions(
            column_types={
                f.name: pa.string() if pa.types.is_list(f.type) or is_wider(f.type) else f.type for f in schema
            },
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )

    def take(self, rows: int) -> Any:
        """The next `rows` rows as one batch; fewer at the end.

        Raises pa.ArrowException, whose text begins with the column's name, where a value does not fit.
        """
        data = b"".join(bytes(message) for message in islice(self._messages, rows))
        if not data:
            return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in self._schema], schema=self._schema)
        self._read_options.block_size = len(data) + 1
        try:
            table = pa_csv.read_csv(
                io.BytesIO(data),
                read_options=self._read_options,
                parse_options=self._parse_options,
                convert_options=self._convert_options,
            )
        except pa.ArrowInvalid as error:
            raise pa.ArrowInvalid(re.sub(r"^In CSV column #(\d+): (Row #\d+: )?", self._named, str(error))) from error
        columns = [
            _typed(column.combine_chunks(), field) for column, field in zip(table.columns, self._schema, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)

    def _named(self, found: "re.Match[str]") -> str:
        return f"{self._schema.names[int(found[1])]}: "


def is_wider(arrow_type: Any) -> bool:
    """Whether the type of Postgres that goes into `arrow_type` has values which that has not: NaN, infinity, BC."""
    types = pa.types
    return any(is_such(arrow_type) for is_such in (types.is_decimal, types.is_timestamp, types.is_date))


def _typed(values: Any, field: Any) -> Any:
    if pa.types.is_list(field.type):
        return _arrays_of_json(values, field)
    index = first_failing(values, field.type)
    if index is not None:
        raise pa.ArrowInvalid(f"{field.name} is {shown(values[index].as_py())}, which is no {what_fits(field.type)}")
    return cast_exactly(values, field.type)


def _arrays_of_json(texts: Any, field: Any) -> Any:
    """JSON arrays, one text or null per row, as an Arrow array of the field's list type."""
    item_type = field.type.value_type
    from_text = (
        datetime.fromisoformat
        if pa.types.is_timestamp(item_type)
        else (date.fromisoformat if pa.types.is_date(item_type) else None)
    )
    parse_float = Decimal if pa.types.is_decimal(item_type) else float

    def read(text: str) -> list[Any]:
        values: list[Any] = json.loads(text, parse_float=parse_float)
        return [value and from_text(value) for value in values] if from_text else values

    def read_all(rows: list[str | None]) -> Any:
        return pa.array([None if text is None else read(text) for text in rows], field.type)

    rows = texts.to_pylist()
    try:
        return read_all(rows)
    except (ValueError, TypeError, pa.ArrowException):
        for text in rows:
            try:
                read_all([text])
            except (ValueError, TypeError, pa.ArrowException) as error:
                raise pa.ArrowInvalid(
                    f"{field.name} is {shown(text)}, which holds what is no {what_fits(item_type)}"
                ) from error
        raise
