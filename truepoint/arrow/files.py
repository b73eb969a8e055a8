"""CSV files as record batches of bytes, and what Arrow says of their rows, in our numbers.

Rows number from 1; the header is not counted.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

from truepoint.errors import first_line

CSV_BLOCK_BYTES: Final = 8 << 20


def read_csv_bytes(path: Path, names: list[str]) -> Iterator[Any]:
    """Batches of columns `names` of a CSV file, all as bytes, an unquoted empty field as null: types are checked later.

    Raises what Arrow and the system raise; `csv_problem` says it in our row numbers.
    """
    yield from pa_csv.open_csv(  # one thread, so that errors have rows
        path,
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=CSV_BLOCK_BYTES),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            include_columns=names,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def read_csv_header(path: Path) -> list[str]:
    """The names in a CSV file's first line; none where it is empty. Raises OSError, csv.Error."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return next(csv.reader(lines), None) or []


def csv_problem(error: Exception) -> str:
    """Arrow's message about a row, which counts the header, in our numbers."""
    found = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", str(error))
    if found is None:
        return f" cannot be read as CSV: {first_line(error)}"
    row, wanted, given = map(int, found.groups())
    return f", row {row - 1}: has {given} fields, the header has {wanted}"
