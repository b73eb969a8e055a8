"""Types of the compiler as Arrow types, and values that Postgres writes, as Arrow arrays."""

import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

BATCH_ROWS: Final = 65_536

# A numeric needs a scale in Arrow. This one: 20 digits before the point and 18 after it, and other engines read it.
NUMERIC: Final = pa.decimal128(38, 18)

_SCALARS: Final[dict[str, Any]] = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "numeric": NUMERIC,
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", "UTC"),
}
ARROW_TYPES: Final[dict[str, Any]] = {**_SCALARS, **{f"{name}[]": pa.list_(type_) for name, type_ in _SCALARS.items()}}
# Other types of Postgres that keep their meaning in Arrow. Any further one comes as the text that Postgres shows.
OTHER_TYPES: Final[dict[str, Any]] = {
    "timestamp with time zone": ARROW_TYPES["timestamptz"],
    "timestamp without time zone": pa.timestamp("us"),
    "smallint": pa.int16(),
    "real": pa.float32(),
    "date": pa.date32(),
}


def arrow_type(type_name: str) -> Any:
    """The Arrow type of a column that Postgres' catalogue shows as `type_name`; text where Arrow has none like it."""
    numeric = re.fullmatch(r"numeric\((\d+),(\d+)\)", type_name)
    if numeric and int(numeric[1]) <= 38:
        return pa.decimal128(int(numeric[1]), int(numeric[2]))
    if type_name == "numeric":
        return NUMERIC
    return OTHER_TYPES.get(type_name) or _SCALARS.get(type_name) or pa.string()


class CopiedRows:
    """Rows that Postgres sends by COPY in CSV, one message a row, as record batches of any size.

    Null is an unquoted empty field, an empty text is not: CSV keeps them apart. An array must come as JSON.
    """

    def __init__(self, messages: Iterator[Any], schema: Any) -> None:
        self._messages = messages
        self._schema = schema
        self._read_options = pa_csv.ReadOptions(column_names=schema.names, use_threads=False)
        self._parse_options = pa_csv.ParseOptions(newlines_in_values=True)
        self._convert_options = pa_csv.ConvertOptions(
            column_types={f.name: pa.string() if pa.types.is_list(f.type) else f.type for f in schema},
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )

    def take(self, rows: int) -> Any:
        """The next `rows` rows as one batch; fewer at the end. Raises pa.ArrowException where a value does not fit."""
        data = b"".join(bytes(message) for message in islice(self._messages, rows))
        if not data:
            return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in self._schema], schema=self._schema)
        self._read_options.block_size = len(data) + 1
        table = pa_csv.read_csv(
            io.BytesIO(data),
            read_options=self._read_options,
            parse_options=self._parse_options,
            convert_options=self._convert_options,
        )
        columns = [column.combine_chunks() for column in table.columns]
        return pa.RecordBatch.from_arrays(
            [
                _arrays_of_json(column, field.type) if pa.types.is_list(field.type) else column
                for column, field in zip(columns, self._schema, strict=True)
            ],
            schema=self._schema,
        )


def _arrays_of_json(texts: Any, list_type: Any) -> Any:
    """JSON arrays, one text or null per row, as an Arrow array of `list_type`."""
    is_time = pa.types.is_timestamp(list_type.value_type)
    parse_float = Decimal if pa.types.is_decimal(list_type.value_type) else float

    def read(text: str) -> list[Any]:
        values: list[Any] = json.loads(text, parse_float=parse_float)
        return [value and datetime.fromisoformat(value) for value in values] if is_time else values

    return pa.array([text and read(text) for text in texts.to_pylist()], list_type)
