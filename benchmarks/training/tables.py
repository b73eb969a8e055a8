"""Values out of Postgres, every bit of them."""

from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from benchmarks.training.features import read_features

ARROW_TYPES: Final = {"bigint": pa.int64(), "double precision": pa.float64()}


def copy_values(dsn: str, table: str, view: str, path: Path) -> None:
    """Write spine_id and the features of a view from a table of Postgres to a Parquet file.

    By COPY in text: Postgres writes the shortest decimal that reads back as the same double.
    """
    features = read_features(view)
    query = f"select spine_id, {', '.join(feature.name for feature in features)} from {table}"
    text = path.with_suffix(".csv")
    with (
        psycopg.connect(dsn) as connection,
        connection.cursor() as cursor,
        text.open("wb") as file,
        cursor.copy(f"copy ({query}) to stdout (format csv, header)") as copy,
    ):
        for block in copy:
            file.write(block)
    types = {feature.name: ARROW_TYPES[feature.type] for feature in features}
    options = pa_csv.ConvertOptions(column_types={"spine_id": pa.string(), **types}, null_values=[""])
    pq.write_table(pa_csv.read_csv(text, convert_options=options), path)
    text.unlink()


def keep_values(table: Any, view: str, path: Path) -> None:
    """Write spine_id and the features of a view from an Arrow table to a Parquet file."""
    pq.write_table(table.select(["spine_id", *(feature.name for feature in read_features(view))]), path)
