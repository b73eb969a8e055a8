"""Feast's Postgres offline store, TTL of 1 day: looks up precomputed values."""

from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement
from benchmarks.training.feast_postgres_store import look_up_in_postgres
from benchmarks.training.feast_store import ONE_DAY

CONTENDER: Final = Contender(
    title="Feast, Postgres store, TTL of 1 day",
    work="looks up precomputed values",
    computes=False,
    environment="benchmark",
    is_exact=False,
    order=70,
    worlds=("least",),
    needs_precomputed=True,
)


def run(job: Job) -> Measurement:
    """The latest value of each key at or before each row's time, no older than a day."""
    return look_up_in_postgres(job, ONE_DAY)
