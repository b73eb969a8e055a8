"""Feast's Postgres offline store, no TTL: looks up precomputed values."""

from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement
from benchmarks.training.feast_postgres_store import look_up_in_postgres

CONTENDER: Final = Contender(
    title="Feast, Postgres store, no TTL",
    work="looks up precomputed values",
    computes=False,
    environment="benchmark",
    is_exact=False,
    order=60,
    worlds=("least",),
    needs_precomputed=True,
)


def run(job: Job) -> Measurement:
    """The latest value of each key at or before each row's time."""
    return look_up_in_postgres(job, None)
