"""Batches into a Parquet or CSV file, which is there whole or not at all."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from truepoint.errors import SpineError, first_line


@contextmanager
def open_output(path: Path, schema: Any) -> Iterator[Callable[[Any], None]]:
    """Within, each call writes one batch. The file takes its place at the end; after an error nothing is left.

    Raises SpineError where it cannot be written, or cannot hold the columns.
    """
    suffix = path.suffix.lower()
    if suffix not in (".parquet", ".csv"):
        raise SpineError(f"{path.name} ends in {path.suffix or 'nothing'}. Allowed for the result: .parquet, .csv.")
    if not path.parent.is_dir():
        raise SpineError(f"There is no folder {path.parent}.")
    if path.is_dir():
        raise SpineError(f"{path} is a folder.")
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if suffix == ".csv" and nested:
        raise SpineError(f"CSV cannot hold lists and structs: {', '.join(nested)}. Write .parquet, or leave them out.")
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        try:
            writer = pq.ParquetWriter(part, schema) if suffix == ".parquet" else pa_csv.CSVWriter(part, schema)
        except (OSError, pa.ArrowException) as error:
            raise SpineError(f"{path.name} cannot be written: {first_line(error)}.") from error

        def write(batch: Any) -> None:
            try:
                writer.write_batch(batch)
            except (OSError, pa.ArrowException) as error:
                raise SpineError(f"{path.name} cannot be written: {first_line(error)}.") from error

        with writer:
            yield write
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
