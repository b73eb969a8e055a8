"""Parquet and CSV files as record batches that fit an event table, or a refusal that names the row.

Rows number from 1; the header of a CSV file is not counted.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from truepoint.arrow.csv_faults import csv_fault
from truepoint.arrow.files import csv_problem, read_csv_bytes, read_csv_header
from truepoint.arrow.parquet_files import open_parquet_rows
from truepoint.arrow.shown import shown_name
from truepoint.arrow.values import fit_column, type_problem
from truepoint.errors import DataFileError, first_line
from truepoint.events.loading.catalogue import EventTable

MOST_NAMES: Final = 5  # unknown columns that a refusal names


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
    """Open a .parquet or .csv file, or a folder of Parquet files, that has exactly the columns of `table`.

    Raises DataFileError if it cannot be read, or its columns (for Parquet: their types too) are not the table's.
    """
    if not path.exists():
        raise DataFileError(f"There is no file {path}.")
    if path.is_dir():
        return _open_parquet(path, table)
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
        raise DataFileError(f"{path.name} cannot be read as Parquet: {first_line(error)}.") from error


def _open_parquet(path: Path, table: EventTable) -> EventFile:
    try:
        rows = open_parquet_rows(path, path.name)
    except (DataFileError, OSError) as error:
        raise DataFileError(f"{first_line(error)}. Nothing was loaded.") from error
    problems = _column_problems(list(rows.schema.names), table)
    for column in table.columns:
        if rows.schema.names.count(column.name) == 1:
            problem = type_problem(rows.schema.field(column.name).type, column, wants="the table wants")
            if problem:
                problems.append(f"column {column.name} is {problem}")
    _refuse_columns(path, table, problems)

    def read() -> Iterator[Any]:
        try:
            for batch in rows.read():
                yield batch.select(list(table.column_names))
        except DataFileError as error:
            raise DataFileError(f"{first_line(error)}. Nothing was loaded.") from error

    return EventFile(path=path, table=table, rows=rows.rows, read=read)


def _open_csv(path: Path, table: EventTable) -> EventFile:
    try:
        fault = csv_fault(path, table.column_names)
        header = read_csv_header(path)
    except (OSError, csv.Error) as error:
        raise DataFileError(f"{path.name} cannot be read as CSV: {first_line(error)}.") from error
    if fault:
        raise DataFileError(f"{path.name} {fault}. Nothing was loaded.")
    if not header:
        raise DataFileError(
            f"{path.name} is empty. Its first line must name the columns: {', '.join(table.column_names)}."
        )
    _refuse_columns(path, table, _column_problems(header, table))
    names = list(table.column_names)

    def read() -> Iterator[Any]:
        try:
            yield from read_csv_bytes(path, names)
        except (OSError, pa.ArrowException) as error:
            raise DataFileError(f"{path.name}{csv_problem(error)}. Nothing was loaded.") from error

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


def _fit(batch: Any, table: EventTable, file_name: str, first_row: int) -> Any:
    arrays = []
    problems: list[tuple[int, str]] = []
    for column, values in zip(table.columns, batch.columns, strict=True):
        fitted, problem = fit_column(column, values, is_key=column.name in table.key)
        arrays.append(fitted)
        if problem:
            problems.append(problem)
    if problems:
        index, reason = min(problems)
        raise DataFileError(f"{file_name}, row {first_row + index}: {reason}. Nothing was loaded.")
    return pa.RecordBatch.from_arrays(arrays, schema=table.arrow_schema)
