"""Spines in files: Parquet, also a folder of it, and CSV."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from truepoint.arrow.csv_faults import DELIMITERS, csv_fault
from truepoint.arrow.files import NOT_UTF8, csv_problem, read_csv_bytes, read_csv_header
from truepoint.arrow.parquet_files import open_parquet_rows
from truepoint.errors import DataFileError, SettingsError, SpineError, first_line
from truepoint.training_sets.spine import Spine

FILE_SUFFIXES: Final = (".parquet", ".csv")


@dataclass(frozen=True)
class CsvForm:
    """How a CSV file is written. empty_as_null: whether a quoted empty field is null, as an unquoted one is.

    Raises SettingsError for a delimiter that is not known.
    """

    delimiter: str = ","
    empty_as_null: bool = False

    def __post_init__(self) -> None:
        if self.delimiter not in DELIMITERS:
            raise SettingsError(f"delimiter is {self.delimiter!r}. Allowed: {', '.join(map(repr, DELIMITERS))}.")


def open_file_spine(path: Path, wanted: Collection[str], form: CsvForm) -> Spine:
    """A file, or a folder of Parquet files, that is there. wanted: names that a CSV file's header should have.

    Raises SpineError.
    """
    suffix = path.suffix.lower()
    if path.is_dir() or suffix == ".parquet":
        if form != CsvForm():
            raise SpineError(f"{path.name} is no CSV file, so it has no delimiter, and no empty text that is a null.")
        return parquet_spine(path, path.name)
    if suffix == ".csv":
        return _csv_spine(path, wanted, form)
    raise SpineError(
        f"{path.name} ends in {path.suffix or 'nothing'}. Allowed: {', '.join(FILE_SUFFIXES)}, a folder of "
        "Parquet files."
    )


def parquet_spine(path: Path, name: str) -> Spine:
    """The rows of a Parquet file or folder. Raises SpineError."""
    try:
        rows = open_parquet_rows(path, name)
    except (DataFileError, OSError) as error:
        raise SpineError(f"{first_line(error)}.") from error

    def read() -> Iterator[Any]:
        try:
            yield from rows.read()
        except DataFileError as error:
            raise SpineError(f"{first_line(error)}. Nothing was written.") from error

    return Spine(name=name, schema=rows.schema, rows=rows.rows, read=read, texts=rows.partitions)


def _csv_spine(path: Path, wanted: Collection[str], form: CsvForm) -> Spine:
    try:
        fault = csv_fault(path, wanted, delimiter=form.delimiter, has_option=True)
        names = read_csv_header(path, delimiter=form.delimiter)
    except (OSError, csv.Error) as error:
        raise SpineError(f"{path.name} cannot be read as CSV: {first_line(error)}.") from error
    if fault:
        raise SpineError(f"{path.name} {fault}. Nothing was written.")
    if not names:
        raise SpineError(f"{path.name} is empty. Its first line must name the columns.")
    if any("\ufffd" in name for name in names):
        raise SpineError(f"{path.name}: its first line {NOT_UTF8}.")

    def read() -> Iterator[Any]:
        try:
            yield from read_csv_bytes(path, names, delimiter=form.delimiter, empty_as_null=form.empty_as_null)
        except (OSError, pa.ArrowException) as error:
            raise SpineError(f"{path.name}{csv_problem(error)}. Nothing was written.") from error

    schema = pa.schema([(name, pa.binary()) for name in names])
    return Spine(name=path.name, schema=schema, rows=None, read=read, texts=frozenset(names), is_csv=True)
