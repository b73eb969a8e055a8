"""DuckDB, windows over event times: RANGE frames over all events, each spine row taking those of its event.

What many do first. It knows nothing of known times, so a row sees events that were not known yet; and it counts the event
that the row decides on.
"""

from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement, Part, Stopwatch
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.sql import event_time_windows

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
    from benchmarks.training.duckdb_session import open_dataset

    connection = open_dataset(job)
    parts = []
    for view in VIEWS:
        watch = Stopwatch()
        with watch.running():
            connection.execute(
                f"""
                create or replace temporary table answers as
                select spine.spine_id, windows.* exclude (transaction_id)
                from spine
                inner join ({event_time_windows(view)}) as windows on windows.transaction_id = spine.event_id
                """
            )
        parts.append(Part(view, watch.seconds, job.spine_rows))
        names = ", ".join(feature.name for feature in read_features(view))
        connection.execute(f"copy (select spine_id, {names} from answers) to '{job.values_path(view)}' (format parquet)")
    return Measurement(
        seconds=sum(part.seconds for part in parts),
        rows=job.spine_rows,
        parts=parts,
        facts={"threads": connection.execute("select current_setting('threads')").fetchone()[0]},
    )
