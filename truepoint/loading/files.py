"""Parquet and CSV files as record batches that fit an event table, or a refusal that names the row.

Rows number from 1; the header of a CSV file is not counted.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from truepoint.errors import DataFileError
from truepoint.loading.catalogue import Column, EventTable
from truepoint.loading.shown import shown, shown_name

BATCH_ROWS: Final = 65_536
CSV_BLOCK_BYTES: Final = 8 << 20
MOST_NAMES: Final = 5  # unknown columns that a refusal names

# What Postgres and the CSV between us write alike.
FIRST_TIME_US: Final = -62_135_596_800_000_000  # 0001-01-01
LAST_TIME_US: Final = 253_402_300_799_999_999  # 9999-12-31


@dataclass(frozen=True)
class EventFile:
    """A file whose columns have been checked. Calling it opens it anew and checks every row as it goes.

    rows: their number where the file says it, else None.
    """

    path: Path
    table: EventTable
    rows: int | None
    read: Callable[[], Iterator[Any]]

    def __call__(self) -> Iterator[Any]:
        """Batches with the table's columns and types. Raises DataFileError at the first row that does not fit."""
        first_row = 1
        for batch in self.read():
            yield _fit(batch, self.table, self.path.name, first_row)
            first_row += batch.num_rows


def open_event_file(path: Path, table: EventTable) -> EventFile:
    """Open a .parquet or .csv file that has exactly the columns of `table`.

    Raises DataFileError if it cannot be read, or its columns (for Parquet: their types too) are not the table's.
    """
    if not path.exists():
        raise DataFileError(f"There is no file {path}.")
    if not path.is_file():
        raise DataFileError(f"{path} is no file.")
    match path.suffix.lower():
        case ".parquet":
            return _open_parquet(path, table)
        case ".csv":
            return _open_csv(path, table)
        case suffix:
            raise DataFileError(f"{path.name} ends in {suffix or 'nothing'}. Allowed: .parquet, .csv.")


def open_parquet(path: Path) -> Any:
    """The pyarrow ParquetFile at `path`. Raises DataFileError if it is not there or cannot be read."""
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise DataFileError(f"{path.name} cannot be read as Parquet: {_first_line(error)}.") from error


def _open_parquet(path: Path, table: EventTable) -> EventFile:
    file = open_parquet(path)
    schema = file.schema_arrow
    problems = _column_problems(list(schema.names), table)
    for column in table.columns:
        if schema.names.count(column.name) == 1:
            problem = _type_problem(schema.field(column.name).type, column)
            if problem:
                problems.append(f"column {column.name} is {problem}")
    _refuse_columns(path, table, problems)
    names = list(table.column_names)

    def read() -> Iterator[Any]:
        try:
            for batch in open_parquet(path).iter_batches(batch_size=BATCH_ROWS, columns=names):
                yield batch.select(names)
        except (OSError, pa.ArrowException) as error:
            raise DataFileError(
                f"{path.name} cannot be read to its end: {_first_line(error)}. Nothing was loaded."
            ) from error

    return EventFile(path=path, table=table, rows=file.metadata.num_rows, read=read)


def _open_csv(path: Path, table: EventTable) -> EventFile:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            header = next(csv.reader(lines), None)
    except (OSError, csv.Error) as error:
        raise DataFileError(f"{path.name} cannot be read as CSV: {_first_line(error)}.") from error
    if not header:
        raise DataFileError(
            f"{path.name} is empty. Its first line must name the columns: {', '.join(table.column_names)}."
        )
    _refuse_columns(path, table, _column_problems(header, table))
    names = list(table.column_names)

    def read() -> Iterator[Any]:
        try:
            # Everything arrives as bytes: types are ours to check, row by row. One thread, so that errors have rows.
            reader = pa_csv.open_csv(
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
            yield from reader
        except (OSError, pa.ArrowException) as error:
            raise DataFileError(f"{path.name}{_csv_problem(error)}. Nothing was loaded.") from error

    return EventFile(path=path, table=table, rows=None, read=read)


def _column_problems(names: list[str], table: EventTable) -> list[str]:
    expected = table.column_names
    problems = [f"column {name} is missing" for name in expected if name not in names]
    unknown = [name for name in dict.fromkeys(names) if name not in expected]
    problems += [f"column {shown_name(name)} is not one of the table's" for name in unknown[:MOST_NAMES]]
    problems += [f"and {len(unknown) - MOST_NAMES} more are not"] if len(unknown) > MOST_NAMES else []
    problems += [f"column {name} is there {names.count(name)} times" for name in expected if names.count(name) > 1]
    return problems


def _refuse_columns(path: Path, table: EventTable, problems: list[str]) -> None:
    if problems:
        wanted = ", ".join(f"{column.name} ({column.database_type})" for column in table.columns)
        raise DataFileError(
            f"{path.name} does not have the columns of {table}: {'; '.join(problems)}. "
            f"They must be exactly: {wanted}. Nothing was loaded."
        )


def _type_problem(given: Any, column: Column) -> str | None:
    """Why a Parquet column of type `given` cannot go into `column`, or None if it can (single values may still not)."""
    values = given.value_type if pa.types.is_dictionary(given) else given
    wanted = column.arrow_type
    types = pa.types
    if types.is_null(values):
        return None
    if types.is_timestamp(wanted):
        if not types.is_timestamp(values):
            return f"{given}, the table wants a timestamp with a time zone"
        return None if values.tz else f"{given}, a naive time (row 1 and all others); give it a time zone, best UTC"
    is_allowed = {
        "text": types.is_string(values) or types.is_large_string(values) or types.is_string_view(values),
        "boolean": types.is_boolean(values),
        "double precision": types.is_float64(values) or types.is_float32(values),
        "date": types.is_date(values),
    }.get(column.database_type)
    if is_allowed is None:
        is_allowed = types.is_integer(values) if types.is_integer(wanted) else types.is_decimal(values)
    return None if is_allowed else f"{given}, the table wants {column.database_type}"


def _fit(batch: Any, table: EventTable, file_name: str, first_row: int) -> Any:
    arrays = []
    problems: list[tuple[int, str]] = []
    for column, values in zip(table.columns, batch.columns, strict=True):
        fitted, problem = _fit_column(column, values, is_key=column.name in table.key)
        arrays.append(fitted)
        if problem:
            problems.append(problem)
    if problems:
        index, reason = min(problems)
        raise DataFileError(f"{file_name}, row {first_row + index}: {reason}. Nothing was loaded.")
    return pa.RecordBatch.from_arrays(arrays, schema=table.arrow_schema)


def _fit_column(column: Column, values: Any, *, is_key: bool) -> tuple[Any, tuple[int, str] | None]:
    """The values in the column's type, and the first that does not fit (its index from 0, and the reason)."""
    if column.is_required and values.null_count:
        role = "part of the primary key" if is_key else "required"
        return None, (_first_true(pc.is_null(values)), f"{column.name} is null, but it is {role}")
    if pa.types.is_binary(values.type):
        index = _first_failing(values, pa.string())
        if index is not None:
            return None, (index, f"{column.name} is not text in UTF-8")
        values = values.cast(pa.string())
    index = _first_failing(values, column.arrow_type)
    if index is not None:
        return None, (index, f"{column.name} is {shown(values[index].as_py())}, {_wanted(column)}")
    fitted = values.cast(column.arrow_type)
    if pa.types.is_string(column.arrow_type):
        has_zero = pc.match_substring(fitted, "\0")
        if pc.any(has_zero).as_py():
            return None, (_first_true(has_zero), f"{column.name} holds a zero byte, which Postgres cannot store")
    if pa.types.is_timestamp(column.arrow_type):
        microseconds = fitted.cast(pa.int64())
        outside = pc.or_(pc.less(microseconds, FIRST_TIME_US), pc.greater(microseconds, LAST_TIME_US))
        if pc.any(outside).as_py():
            return None, (_first_true(outside), f"{column.name} lies outside the years 1 to 9999")
    return fitted, None


def _wanted(column: Column) -> str:
    if pa.types.is_timestamp(column.arrow_type):
        return "which is no time with a zone, in at most microseconds; write for example 2026-01-31T08:15:00.123456Z"
    if pa.types.is_boolean(column.arrow_type):
        return "which is not true or false"
    return f"which is no {column.database_type}"


def _first_true(mask: Any) -> int:
    return int(pc.index(pc.fill_null(mask, False), True).as_py())


def _first_failing(values: Any, wanted: Any) -> int | None:
    """Index of the first value that cannot be cast to `wanted`, found by halving; None if all can."""
    if _casts(values, wanted):
        return None
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        if _casts(values.slice(low, middle - low), wanted):
            low = middle
        else:
            high = middle
    return low


def _casts(values: Any, wanted: Any) -> bool:
    try:
        values.cast(wanted)
    except pa.ArrowException:
        return False
    return True


def _csv_problem(error: Exception) -> str:
    """Arrow's message about a row, which counts the header, in our numbers."""
    found = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", str(error))
    if found is None:
        return f" cannot be read as CSV: {_first_line(error)}"
    row, wanted, given = map(int, found.groups())
    return f", row {row - 1}: has {given} fields, the header has {wanted}"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
