"""DuckDB, the contract as one join: each spine row with the events of its key, by ranges of time and known time."""

import random
from typing import Any, Final

from benchmarks.training.contender import Contender, Job, Measurement, Part, Stopwatch, scaled
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.sql import range_join

CONTENDER: Final = Contender(
    title="range join, DuckDB",
    work="computes; exact; where the budget ends, a random subset of rows, scaled up",
    computes=True,
    environment="benchmark",
    is_exact=True,
    order=40,
    worlds=("least", "more"),
)
FIRST_SHARE: Final = 0.002
SEED: Final = 1


def run(job: Job) -> Measurement:
    """The whole spine where a first try on a small share of it says that it fits the budget; else what fits."""
    from benchmarks.training.duckdb_session import open_dataset

    connection = open_dataset(job)
    ids = [row[0] for row in connection.execute("select spine_id from spine order by spine_id").fetchall()]
    random.Random(SEED).shuffle(ids)  # noqa: S311 (a sample, no secret)
    parts = [_ask(connection, job, view, ids) for view in VIEWS]
    return Measurement(
        seconds=sum(part.seconds for part in parts),
        rows=min(part.rows for part in parts),
        parts=parts,
        estimated_seconds=scaled(parts, job.spine_rows),
        facts={"threads": connection.execute("select current_setting('threads')").fetchone()[0]},
    )


def _ask(connection: Any, job: Job, view: str, ids: list[str]) -> Part:
    """Join a share of the spine, then as much as the budget leaves room for; the larger of the two counts."""
    import pyarrow as pa

    rows, budget = max(round(len(ids) * FIRST_SHARE), 1), job.budget_seconds / len(VIEWS)
    while True:
        connection.register("asked_ids", pa.table({"spine_id": ids[:rows]}))
        connection.execute("create or replace temporary table asked as from spine semi join asked_ids using (spine_id)")
        watch = Stopwatch()
        with watch.running():
            connection.execute(f"create or replace temporary table answers as {range_join(view)}")
        if rows == len(ids) or watch.seconds > budget / 4:
            break
        rows = min(len(ids), max(rows * 2, int(rows * budget / 2 / watch.seconds)))
    names = ", ".join(feature.name for feature in read_features(view))
    connection.execute(f"copy (select spine_id, {names} from answers) to '{job.values_path(view)}' (format parquet)")
    return Part(view, watch.seconds, rows)
