"""DuckDB over a dataset: its two relations as tables in memory."""

from typing import Any

from benchmarks.training.contender import Job
from benchmarks.training.datasets import events_path, spine_path


def open_dataset(job: Job) -> Any:
    """A connection with the tables `events` and `spine`; its settings are DuckDB's own, but that it spills to the job's
    folder and works in UTC.
    """
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set temp_directory = '{job.work_folder / 'spill'}'")
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"create table events as from read_parquet('{events_path(job.dataset)}')")
    connection.execute(f"create table spine as from read_parquet('{spine_path(job.dataset)}')")
    return connection
