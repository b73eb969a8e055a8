"""Parquet as one file, or as a folder of files as Spark and others write it.

A folder's rows come in the order of the files' names, its folders' names (`day=2026-01-31`) as columns of text at the
right. INT96, the time of older Spark, Hive and Impala, becomes a time in UTC. Rows number from 1, over all files.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from truepoint.arrow.old_times import OldTimes, Problem, find_old_times
from truepoint.arrow.parquet_folders import find_parquet_files
from truepoint.arrow.types import BATCH_ROWS
from truepoint.errors import DataFileError, first_line

UNKNOWN: Final = pa.null()


@dataclass(frozen=True)
class ParquetRows:
    """schema: of the batches that `read` gives. rows: of all files. partitions: columns that are folders' names."""

    schema: Any
    rows: int
    partitions: frozenset[str]
    read: Callable[[], Iterator[Any]]


@dataclass(frozen=True)
class _File:
    path: Path
    partitions: dict[str, str | None]
    schema: Any
    rows: int
    old_times: OldTimes


def open_parquet_rows(path: Path, name: str) -> ParquetRows:
    """Open a file or a folder; name: for messages. Raises DataFileError where it cannot be read as one table."""
    files = [
        _open(each.path, each.partitions, f"{name}: {each.path.name}" if path.is_dir() else name)
        for each in find_parquet_files(path, name)
    ]
    partitions = list(files[0].partitions)
    schema = files[0].schema
    for file in files[1:]:
        schema = _common_schema(schema, file, name, first=files[0].path.name)
    both = [column for column in partitions if column in schema.names]
    if both:
        raise DataFileError(
            f"{name} has column {both[0]} both in its files and as its folders' names. Leave one of them out."
        )
    for column in partitions:
        schema = schema.append(pa.field(column, pa.string()))

    def read() -> Iterator[Any]:
        first_row = 1
        for file in files:
            try:
                for batch, problem in _batches(file):
                    if problem:
                        index, reason = problem
                        raise DataFileError(f"{name}, row {first_row + index}: {reason}")
                    yield _in_schema(batch, file, schema)
                    first_row += batch.num_rows
            except (OSError, pa.ArrowException) as error:
                raise DataFileError(f"{name} cannot be read to its end: {first_line(error)}") from error

    return ParquetRows(schema, sum(file.rows for file in files), frozenset(partitions), read)


def _open(path: Path, partitions: dict[str, str | None], name: str) -> _File:
    try:
        with pq.ParquetFile(path, coerce_int96_timestamp_unit="us") as file:
            old_times = find_old_times(file, name)
            schema = old_times.in_schema(file.schema_arrow)
            return _File(path, partitions, schema, file.metadata.num_rows, old_times)
    except (OSError, pa.ArrowException) as error:
        raise DataFileError(f"{name} cannot be read as Parquet: {first_line(error)}") from error


def _common_schema(schema: Any, file: _File, name: str, *, first: str) -> Any:
    """`schema`, with the types that only this file knows. Raises DataFileError where the two are not one table's."""
    given = list(file.schema.names)
    missing = [column for column in schema.names if column not in given]
    extra = [column for column in given if column not in schema.names]
    if missing or extra or len(given) != len(schema.names):
        which = f"lacks {missing[0]}" if missing else f"has {extra[0]} beside them" if extra else "has one twice"
        raise DataFileError(f"{name} is not one table: {first} names its columns, and {file.path.name} {which}")
    if len(set(given)) != len(given):
        return schema
    for index, field in enumerate(schema):
        other = file.schema.field(field.name)
        if field.type == UNKNOWN:
            schema = schema.set(index, other)
        elif other.type not in (field.type, UNKNOWN):
            raise DataFileError(
                f"{name} is not one table: column {field.name} is {field.type} in {first}, and {other.type} in "
                f"{file.path.name}"
            )
    return schema


def _batches(file: _File) -> Iterator[tuple[Any, Problem | None]]:
    """Batches, and what is wrong with the times of each."""
    with pq.ParquetFile(file.path, coerce_int96_timestamp_unit="us") as opened:
        batches = opened.iter_batches(batch_size=BATCH_ROWS)
        if not file.old_times.int96:
            for batch in batches:
                yield batch, file.old_times.uncertain(batch)
            return
        with pq.ParquetFile(file.path, coerce_int96_timestamp_unit="ns") as again:
            finer = again.iter_batches(batch_size=BATCH_ROWS, columns=list(file.old_times.int96))
            for cut, fine in zip(batches, finer, strict=True):
                batch, problem = file.old_times.in_utc(cut, fine)
                yield batch, problem or file.old_times.uncertain(batch)


def _in_schema(batch: Any, file: _File, schema: Any) -> Any:
    if not file.partitions and batch.schema.names == schema.names and batch.schema.types == schema.types:
        return batch.replace_schema_metadata(schema.metadata)
    arrays = [
        pa.array([file.partitions[field.name]] * batch.num_rows, pa.string())
        if field.name in file.partitions
        else batch.column(field.name).cast(field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
