"""Feast's DuckDB offline store, over the Parquet files that precomputed.py makes."""

from datetime import timedelta
from typing import Any

from benchmarks.training.contender import Job, Measurement
from benchmarks.training.feast_store import look_up
from benchmarks.training.precomputed import TIME, precomputed_path


def look_up_in_duckdb(job: Job, ttl: timedelta | None) -> Measurement:
    """The spine rows are a DataFrame: this store takes nothing else."""

    def source(view: str) -> Any:
        from feast import FileSource

        return FileSource(name=view, path=str(precomputed_path(job.dataset, view)), timestamp_field=TIME)

    return look_up(job, offline_store={"type": "duckdb"}, source=source, ttl=ttl, as_sql=False)
