"""What a store that looks values up must be given first: one row per event, with the features as of that event.

The values are windows over event times that end at the event, itself included (sql.py, event_time_windows). Their time
is the event's known time: the first at which anybody could have had them. Computed by DuckDB, as
`python -m benchmarks.training.precomputed JOB RESULT`, in the benchmark's environment.
"""

import json
import sys
from pathlib import Path
from typing import Final

from benchmarks.training.contender import Job, Stopwatch
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.sql import event_time_windows

TIME: Final = "event_timestamp"

_TABLE: Final = """
drop table if exists {table};
create unlogged table {table} ({view}_id text, {time} timestamptz, {columns});
"""


def precomputed_path(dataset: Path, view: str) -> Path:
    """The Parquet file of a view's values: <view>_id, event_timestamp, features; in the order of time."""
    return dataset / "precomputed" / f"{view}.parquet"


def precomputed_table(dataset: Path, view: str) -> str:
    """The table of the same, in Postgres."""
    return f"{dataset.name}.precomputed_{view}"


def main(job_path: str, result_path: str) -> None:
    """Make files and tables, anew; write to `result_path` how long each took, as JSON."""
    job = Job.from_json(Path(job_path).read_text(encoding="utf-8"))
    computing, loading = Stopwatch(), Stopwatch()
    with computing.running():
        _compute(job)
    with loading.running():
        for view in VIEWS:
            _load(job, view)
    seconds = {"computing_seconds": computing.seconds, "loading_seconds": loading.seconds}
    Path(result_path).write_text(json.dumps(seconds), encoding="utf-8")


def _compute(job: Job) -> None:
    from benchmarks.training.duckdb_session import open_dataset

    connection = open_dataset(job)
    for view in VIEWS:
        path = precomputed_path(job.dataset, view)
        path.parent.mkdir(exist_ok=True)
        names = ", ".join(f"windows.{feature.name}" for feature in read_features(view))
        connection.execute(
            f"""
            copy (
                select events.{view}_id, events.known_at as {TIME}, {names}
                from events
                inner join ({event_time_windows(view)}) as windows using (transaction_id)
                order by {TIME}
            ) to '{path}' (format parquet)
            """
        )


def _load(job: Job, view: str) -> None:
    import psycopg
    import pyarrow.parquet as pq
    from psycopg import sql

    from truepoint.arrow.copying import copy_batches

    table = precomputed_table(job.dataset, view)
    columns = ", ".join(f"{feature.name} {feature.type}" for feature in read_features(view))
    with psycopg.connect(job.dsn, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLE.format(table=table, view=view, time=TIME, columns=columns))
        with pq.ParquetFile(precomputed_path(job.dataset, view)) as file:
            copy_batches(cursor, sql.Identifier(*table.split(".")), file.iter_batches())
        cursor.execute(f"create index on {table} ({view}_id, {TIME})")
        cursor.execute(f"vacuum analyze {table}")


if __name__ == "__main__":
    main(*sys.argv[1:])
