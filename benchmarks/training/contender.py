"""What a contender is: one module in contenders/, which says what it is and has one function `run(job)`.

A contender runs in a process of its own, so that its memory can be watched, its time limited, and its failure kept to
itself. Nothing here needs more than Python.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Environment = Literal["truepoint", "benchmark"]
Kind = Literal["least", "more", "hot"]  # of worlds: the least number of events, more events, one merchant with half


@dataclass(frozen=True)
class Contender:
    """What the report says of it.

    title: names it. work: what it does, in a few words. computes: whether it computes the features from events; else
    it looks up values that somebody computed. environment: whose packages it needs. is_exact: whether it claims to
    give the contract's values, so that a differing one is a fault. order: its place in tables. worlds: those it takes
    part in. needs_precomputed: the values that precomputed.py makes must be there.
    """

    title: str
    work: str
    computes: bool
    environment: Environment
    is_exact: bool
    order: int
    worlds: tuple[Kind, ...] = ("least", "more", "hot")
    needs_precomputed: bool = False


@dataclass(frozen=True)
class Job:
    """What a contender is asked to do.

    contender: its module's name. dataset: folder of the world (datasets.py), whose name is also that of its schema in
    Postgres. work_folder: its own, empty. dsn: the database that holds the world. spine_rows, events: of the world.
    lookup_rows: spine rows that contenders with precomputed values are asked for. budget_seconds: for contenders that
    do as many rows as they can in some time.
    """

    contender: str
    dataset: Path
    work_folder: Path
    dsn: str
    spine_rows: int
    events: int
    lookup_rows: int
    budget_seconds: float

    def values_path(self, view: str) -> Path:
        """Where to leave a view's values: a Parquet file with spine_id and its features, of the rows that were done."""
        return self.work_folder / f"{view}.parquet"

    def to_json(self) -> str:
        """For the process that runs it."""
        return json.dumps({name: str(v) if isinstance(v, Path) else v for name, v in asdict(self).items()})

    @staticmethod
    def from_json(text: str) -> "Job":
        """What to_json wrote."""
        fields = json.loads(text)
        return Job(**{**fields, "dataset": Path(fields["dataset"]), "work_folder": Path(fields["work_folder"])})


@dataclass(frozen=True)
class Part:
    """One timed step, such as a view. rows: spine rows that it did; where less than the spine, seconds are of these."""

    name: str
    seconds: float
    rows: int


@dataclass(frozen=True)
class Measurement:
    """What a contender measured.

    seconds: for `rows` spine rows, all features; start-up, loading and the writing of `values_path()` aside. parts: may
    overlap, where a contender works side by side. estimated_seconds: for all spine rows of the world, where fewer were
    done. facts: whatever else is worth keeping.
    """

    seconds: float
    rows: int
    parts: list[Part] = field(default_factory=list)
    estimated_seconds: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class Stopwatch:
    """Seconds of the blocks that it timed, added up."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time the block."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - started


def scaled(parts: list[Part], rows: int) -> float:
    """Seconds for `rows` rows, were every row of a part as dear as those that it did."""
    return sum(part.seconds * rows / part.rows for part in parts)
