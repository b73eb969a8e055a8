"""Types of the compiler as Arrow types, and values that Postgres writes, as Arrow arrays."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

BATCH_ROWS: Final = 65_536

# A numeric needs a scale in Arrow. This one: 20 digits before the point and 18 after it, and other engines read it.
NUMERIC: Final = pa.decimal128(38, 18)

ARROW_TYPES: Final[dict[str, Any]] = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "numeric": NUMERIC,
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "timestamptz": pa.timestamp("us", "UTC"),
}


class CopiedRows:
    """Rows that Postgres sends by COPY in CSV, one message a row, as record batches of any size.

    Null is an unquoted empty field, an empty text is not: CSV keeps them apart.
    """

    def __init__(self, messages: Iterator[Any], schema: Any) -> None:
        self._messages = messages
        self._schema = schema
        self._read_options = pa_csv.ReadOptions(column_names=schema.names, use_threads=False)
        self._parse_options = pa_csv.ParseOptions(newlines_in_values=True)
        self._convert_options = pa_csv.ConvertOptions(
            column_types={field.name: field.type for field in schema},
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
        return pa.RecordBatch.from_arrays([column.combine_chunks() for column in table.columns], schema=self._schema)
