"""DuckDB, windows over event times: RANGE frames over all events, each spine row taking those of its event."""

from benchmarks.training.contender import Job, Measurement, Part, Stopwatch
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.sql import event_time_windows


def run_windows(job: Job, *, counts_itself: bool) -> Measurement:
    """All windows of both views, one view after the other."""
    from benchmarks.training.duckdb_session import open_dataset

    connection = open_dataset(job)
    parts = []
    for view in VIEWS:
        watch, windows = Stopwatch(), event_time_windows(view, counts_itself=counts_itself)
        with watch.running():
            connection.execute(
                f"""
                create or replace temporary table answers as
                select spine.spine_id, windows.* exclude (transaction_id)
                from spine
                inner join ({windows}) as windows on windows.transaction_id = spine.event_id
                """
            )
        parts.append(Part(view, watch.seconds, job.spine_rows))
        names = ", ".join(feature.name for feature in read_features(view))
        connection.execute(
            f"copy (select spine_id, {names} from answers) to '{job.values_path(view)}' (format parquet)"
        )
    return Measurement(
        seconds=sum(part.seconds for part in parts),
        rows=job.spine_rows,
        parts=parts,
        facts={"threads": connection.execute("select current_setting('threads')").fetchone()[0]},
    )
