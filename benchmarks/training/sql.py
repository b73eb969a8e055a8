"""The features as plain SQL, written apart from truepoint's compiler."""

from typing import Literal

from benchmarks.training.features import Feature, read_features

Engine = Literal["postgres", "duckdb"]

_EXACT = {"postgres": "numeric", "duckdb": "hugeint"}


def lateral_aggregates(view: str, schema: str) -> str:
    """For Postgres: a select of a view's features for one row of `spine`."""
    return f"""
select
    {_aggregates(view, "postgres", "spine.as_of")}
from {schema}.transactions as event
where {_counts(view, "spine")}
"""


def range_join(view: str) -> str:
    """For DuckDB: the features of a view for each row of `asked`, by one join with `events`."""
    return f"""
select
    asked.spine_id,
    {_aggregates(view, "duckdb", "asked.as_of")}
from asked
left join events as event on {_counts(view, "asked")}
group by asked.spine_id
"""


def event_time_windows(view: str, *, counts_itself: bool = True) -> str:
    """For DuckDB: the features of a view at each event, by event times alone, with or without the event itself."""
    features = read_features(view)
    windows = {feature.window: feature.seconds for feature in features}
    columns = ",\n    ".join(f"{_windowed(feature)} as {feature.name}" for feature in features)
    exclusion = "" if counts_itself else " exclude current row"
    frames = ",\n    ".join(
        f"last_{name} as (partition by event.{view}_id order by event.occurred_at"
        f" range between interval '{seconds - 1}.999999 seconds' preceding and current row{exclusion})"
        for name, seconds in windows.items()
    )
    return f"""
select
    event.transaction_id,
    {columns}
from events as event
window
    {frames}
"""


def _counts(view: str, asked: str) -> str:
    """The contract's condition for an event to count in the longest window of a view."""
    longest = max(feature.seconds for feature in read_features(view))
    return f"""
    event.{view}_id = {asked}.{view}_id
    and event.occurred_at > {asked}.as_of - interval '{longest} seconds'
    and event.occurred_at <= {asked}.as_of
    and event.known_at <= {asked}.as_of
    and event.transaction_id <> {asked}.event_id
"""


def _aggregates(view: str, engine: Engine, as_of: str) -> str:
    return ",\n    ".join(f"{_filtered(feature, engine, as_of)} as {feature.name}" for feature in read_features(view))


def _filtered(feature: Feature, engine: Engine, as_of: str) -> str:
    since = f"event.occurred_at > {as_of} - interval '{feature.seconds} seconds'"
    return _value(
        feature,
        engine,
        n=f"count(event.transaction_id) filter (where {since})",
        total=f"sum(event.amount_minor) filter (where {since})",
        squares=f"sum(event.amount_minor::{_EXACT[engine]} * event.amount_minor) filter (where {since})",
    )


def _windowed(feature: Feature) -> str:
    window = f"last_{feature.window}"
    return _value(
        feature,
        "duckdb",
        n=f"count(*) over {window}",
        total=f"sum(event.amount_minor) over {window}",
        squares=f"sum(event.amount_minor::hugeint * event.amount_minor) over {window}",
    )


def _value(feature: Feature, engine: Engine, *, n: str, total: str, squares: str) -> str:
    exact_n = f"({n})::{_EXACT[engine]}"
    values = {
        "count": n,
        "sum": f"coalesce({total}, 0)::bigint",
        "mean": f"({total})::double precision / nullif({n}, 0)::double precision",
        "stddev": f"sqrt(({exact_n} * {squares} - {total} * {total})::double precision"
        f" / nullif({exact_n} * ({exact_n} - 1), 0)::double precision)",
    }
    return values[feature.aggregate]
