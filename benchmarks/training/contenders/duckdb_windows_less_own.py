"""DuckDB, windows over event times, without the event itself: what is left wrong is what was not known yet."""

from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement
from benchmarks.training.duckdb_event_time import run_windows

CONTENDER: Final = Contender(
    title="event-time windows less own event, DuckDB",
    work="computes; ignores known times, leaves the decided event out",
    computes=True,
    environment="benchmark",
    is_exact=False,
    order=55,
)


def run(job: Job) -> Measurement:
    """All windows of both views, one view after the other."""
    return run_windows(job, counts_itself=False)
