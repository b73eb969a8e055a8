"""Batches into a Parquet or CSV file, which is there whole or not at all."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from truepoint.errors import SpineError, first_line

WRITERS: Final[dict[str, Any]] = {".parquet": pq.ParquetWriter, ".csv": pa_csv.CSVWriter}
REMEDIES: Final = {
    ".parquet": "Parquet cannot hold {columns}. Leave them out, or give them as text.",
    ".csv": "CSV cannot hold {columns}. Write .parquet, or leave them out.",
}


@contextmanager
def open_output(path: Path, schema: Any) -> Iterator[Callable[[Any], None]]:
    """Within, each call writes one batch. The file takes its place at the end; after an error nothing is left.

    Raises SpineError where it cannot be written, or cannot hold the columns, which are named.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise SpineError(f"{path.name} ends in {path.suffix or 'nothing'}. Allowed for the result: .parquet, .csv.")
    if not path.parent.is_dir():
        raise SpineError(f"There is no folder {path.parent}.")
    if path.is_dir():
        raise SpineError(f"{path} is a folder.")
    _refuse_columns(pa.RecordBatch.from_arrays([pa.nulls(1, field.type) for field in schema], schema.names), suffix)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        try:
            writer = WRITERS[suffix](part, schema)
        except (OSError, pa.ArrowException) as error:
            raise SpineError(f"{path.name} cannot be written: {first_line(error)}.") from error

        def write(batch: Any) -> None:
            try:
                writer.write_batch(batch)
            except (OSError, pa.ArrowException) as error:
                if isinstance(error, pa.ArrowException):
                    _refuse_columns(batch, suffix)
                raise SpineError(f"{path.name} cannot be written: {first_line(error)}.") from error

        with writer:
            yield write
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _refuse_columns(batch: Any, suffix: str) -> None:
    """Raise SpineError that names the columns whose values or types the kind of file has no way to write."""
    failing = [
        f"column {name} ({values.type})"
        for name, values in zip(batch.schema.names, batch.columns, strict=True)
        if not _can_write(pa.RecordBatch.from_arrays([values], ["value"]), suffix)
    ]
    if failing:
        raise SpineError(REMEDIES[suffix].format(columns=", ".join(failing)))


def _can_write(batch: Any, suffix: str) -> bool:
    try:
        with WRITERS[suffix](pa.BufferOutputStream(), batch.schema) as writer:
            writer.write_batch(batch)
    except pa.ArrowException:
        return False
    return True
