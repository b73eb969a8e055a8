"""DuckDB, windows over event times: RANGE frames over all events.

What many do first. It knows nothing of known times, so a row sees events that were not known yet; and it counts the
event that the row decides on.
"""

from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement
from benchmarks.training.duckdb_event_time import run_windows

CONTENDER: Final = Contender(
    title="event-time windows, DuckDB",
    work="computes; ignores known times, counts the decided event",
    computes=True,
    environment="benchmark",
    is_exact=False,
    order=50,
)


def run(job: Job) -> Measurement:
    """All windows of both views, one view after the other."""
    return run_windows(job, counts_itself=True)
