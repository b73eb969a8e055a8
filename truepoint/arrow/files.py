"""CSV files as record batches of bytes, and what Arrow says of their rows, in our numbers.

Rows number from 1; the header is not counted.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

from truepoint.errors import first_line

CSV_BLOCK_BYTES: Final = 8 << 20
END: Final = b"truepoint:end-of-file"
NOT_UTF8: Final = "is not text in UTF-8; write the file in UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8"


def read_csv_bytes(path: Path, names: list[str], *, delimiter: str = ",", empty_as_null: bool = False) -> Iterator[Any]:
    """Batches of all columns of a CSV file, `names` in the order wanted, all as bytes: types are checked later.

    An unquoted empty field is null; a quoted one is an empty text, or null too with `empty_as_null`. Raises what Arrow
    and the system raise, and pa.ArrowInvalid for a quoted text that does not end, which would else swallow the rows
    behind it; `csv_problem` says it in our row numbers.
    """
    with path.open("rb") as file:
        reader = pa_csv.open_csv(  # one thread, so that errors have rows
            _EndedFile(file, delimiter.encode().join([END] * len(names))),
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=CSV_BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, delimiter=delimiter),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()),
                include_columns=names,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=empty_as_null,
            ),
        )
        last = None
        for batch in reader:
            if not batch.num_rows:
                continue
            if last is not None:
                yield last
            last = batch
        if last is None or last.column(0)[-1].as_py() != END:
            raise pa.ArrowInvalid("a quoted text does not end before the file does")
        yield last.slice(0, last.num_rows - 1)


class _EndedFile(io.RawIOBase):
    """A file with a last line of its own: a parser that is still within quotes does not see it as a row."""

    def __init__(self, file: Any, line: bytes) -> None:
        self._parts = [file, io.BytesIO(b"\n" + line + b"\n")]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        filled = 0
        while filled < len(buffer) and self._parts:  # Arrow takes less than it asked for as the end of a block
            count = self._parts[0].readinto(memoryview(buffer)[filled:])
            filled += count
            if not count:
                self._parts.pop(0)
        return filled


def read_csv_header(path: Path, *, delimiter: str = ",") -> list[str]:
    """The names in a CSV file's first line; none where it is empty. Raises OSError, csv.Error."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return next(csv.reader(lines, delimiter=delimiter), None) or []


def csv_problem(error: Exception) -> str:
    """Arrow's message about a row, which counts the header, in our numbers."""
    found = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", str(error))
    if found is not None:
        row, wanted, given = map(int, found.groups())
        return f", row {row - 1}: has {given} fields, the header has {wanted}"
    if "straddl" in str(error):
        return f" cannot be read as CSV: a quoted text does not end, or a row has more than {CSV_BLOCK_BYTES >> 20} MiB"
    return f" cannot be read as CSV: {first_line(error)}"
