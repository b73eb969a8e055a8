"""Feast over precomputed values: a store of two feature views, asked for all twelve features of some spine rows.

No created timestamp column, which is Feast's faster case. What the store is given, precomputed.py makes; its making is
not timed here.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.training.contender import Job, Measurement, Part, Stopwatch, scaled
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.precomputed import TIME

SEED: Final = 2
ONE_DAY: Final = timedelta(days=1)


def look_up(
    job: Job, *, offline_store: dict[str, Any], source: Callable[[str], Any], ttl: timedelta | None, as_sql: bool
) -> Measurement:
    """Ask for the features of `lookup_rows` random spine rows.

    offline_store: Feast's configuration. source: view -> its data source. ttl: how old a value may be; None: any age.
    as_sql: name the rows by a query over Postgres (they are there already), else hand over a DataFrame. seconds: until
    the values are an Arrow table.
    """
    from benchmarks.training.tables import keep_values

    store = _open_store(job.work_folder, offline_store)
    views = _feature_views(source, ttl)
    store.apply(views)
    asked, rows = (_ask_in_sql if as_sql else _ask_in_frame)(job)
    features = [f"{feature.view}:{feature.name}" for feature in read_features()]
    watch = Stopwatch()
    with watch.running():
        values = store.get_historical_features(entity_df=asked, features=features).to_arrow()
    for view in VIEWS:
        keep_values(values, view, job.values_path(view))
    part = Part("lookup", watch.seconds, rows)
    return Measurement(
        seconds=watch.seconds,
        rows=rows,
        parts=[part],
        estimated_seconds=scaled([part], job.spine_rows),
        facts={"rows_returned": values.num_rows, "ttl_seconds": ttl.total_seconds() if ttl else None},
    )


def _open_store(folder: Path, offline_store: dict[str, Any]) -> Any:
    from feast import FeatureStore, RepoConfig

    return FeatureStore(
        config=RepoConfig(
            project="benchmark",
            provider="local",
            registry=str(folder / "registry.db"),
            offline_store=offline_store,
            online_store=None,
            entity_key_serialization_version=3,
            repo_path=folder,
        )
    )


def _feature_views(source: Callable[[str], Any], ttl: timedelta | None) -> list[Any]:
    from feast import Entity, FeatureView, Field, ValueType
    from feast.types import Float64, Int64

    views = []
    for view in VIEWS:
        schema = [
            Field(name=feature.name, dtype=Int64 if feature.type == "bigint" else Float64)
            for feature in read_features(view)
        ]
        entity = Entity(name=f"{view}_entity", join_keys=[f"{view}_id"], value_type=ValueType.STRING)
        views += [entity, FeatureView(name=view, entities=[entity], ttl=ttl, schema=schema, source=source(view))]
    return views


def _asked_ids(job: Job) -> list[str]:
    import pyarrow.parquet as pq

    from benchmarks.training.datasets import spine_path

    ids: list[str] = pq.read_table(spine_path(job.dataset), columns=["spine_id"])["spine_id"].to_pylist()
    return random.Random(SEED).sample(ids, min(job.lookup_rows, len(ids)))  # noqa: S311 (a sample, no secret)


def _ask_in_frame(job: Job) -> tuple[Any, int]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from benchmarks.training.datasets import spine_path

    spine, ids = pq.read_table(spine_path(job.dataset)), _asked_ids(job)
    asked = spine.filter(pc.is_in(spine["spine_id"], pa.array(ids)))
    columns = {"spine_id": "spine_id", "as_of": TIME, "account_id": "account_id", "merchant_id": "merchant_id"}
    return asked.select(list(columns)).rename_columns(list(columns.values())).to_pandas(), len(ids)


def _ask_in_sql(job: Job) -> tuple[Any, int]:
    import psycopg

    ids, table = _asked_ids(job), f"{job.dataset.name}.asked"
    with psycopg.connect(job.dsn, autocommit=True) as connection:
        connection.execute(f"drop table if exists {table}")
        connection.execute(
            f"create table {table} as select spine_id, as_of as {TIME}, account_id, merchant_id"
            f" from {job.dataset.name}.spine where spine_id = any(%s)",
            [ids],
        )
        connection.execute(f"analyze {table}")
    return f"select spine_id, {TIME}, account_id, merchant_id from {table}", len(ids)
