"""The naive way in Postgres: for each spine row, one index scan over its longest window (a lateral join)."""

import random
from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement, Part, Stopwatch, scaled
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.sql import lateral_aggregates

CONTENDER: Final = Contender(
    title="lateral per row, Postgres",
    work="computes; exact; a random subset of rows, scaled up",
    computes=True,
    environment="truepoint",
    is_exact=True,
    order=30,
)
BATCH_ROWS: Final = 100
SEED: Final = 1

_SETUP: Final = """
create index if not exists transactions_{view} on {schema}.transactions ({view}_id, occurred_at)
    include (known_at, amount_minor, transaction_id);
drop table if exists {done};
create unlogged table {done} (spine_id text primary key, {columns});
"""
_BATCH: Final = """
insert into {done}
select spine.spine_id, {names}
from {schema}.spine as spine
cross join lateral ({aggregates}) as aggregates
where spine.spine_id = any(%s)
"""


def run(job: Job) -> Measurement:
    """Random rows, batch by batch, until half the budget is spent on each view; the making of indexes aside."""
    import pyarrow.parquet as pq

    from benchmarks.training.datasets import spine_path

    ids = pq.read_table(spine_path(job.dataset), columns=["spine_id"])["spine_id"].to_pylist()
    random.Random(SEED).shuffle(ids)  # noqa: S311 (a sample, no secret)
    parts = [_ask(job, view, ids) for view in VIEWS]
    return Measurement(
        seconds=sum(part.seconds for part in parts),
        rows=min(part.rows for part in parts),
        parts=parts,
        estimated_seconds=scaled(parts, job.spine_rows),
    )


def _ask(job: Job, view: str, ids: list[str]) -> Part:
    import psycopg

    from benchmarks.training.tables import copy_values

    schema, features = job.dataset.name, read_features(view)
    names = {
        "view": view,
        "schema": schema,
        "done": f"{schema}.lateral_{view}",
        "columns": ", ".join(f"{feature.name} {feature.type}" for feature in features),
        "names": ", ".join(feature.name for feature in features),
        "aggregates": lateral_aggregates(view, schema),
    }
    watch, rows = Stopwatch(), 0
    with psycopg.connect(job.dsn, autocommit=True, options="-c timezone=UTC -c jit=off") as connection:
        connection.execute(_SETUP.format(**names))
        connection.execute(f"create unique index if not exists spine_id on {schema}.spine (spine_id)")
        connection.execute(f"vacuum analyze {schema}.transactions")
        while rows < len(ids) and watch.seconds < job.budget_seconds / len(VIEWS):
            with watch.running():
                connection.execute(_BATCH.format(**names), [ids[rows : rows + BATCH_ROWS]])
            rows += BATCH_ROWS
    copy_values(job.dsn, names["done"], view, job.values_path(view))
    return Part(view, watch.seconds, min(rows, len(ids)))
