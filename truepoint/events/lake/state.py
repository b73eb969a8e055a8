"""What a lake holds: the latest export that is whole, and the one that is under way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa

from truepoint.errors import LakeError
from truepoint.events.lake.layout import EXPORTS, PLAN, export_path, generation_of
from truepoint.events.lake.store import LakeStore

EXPORTS_SCHEMA: Final = pa.schema(
    [
        ("settled_at", pa.timestamp("us", "UTC")),
        ("generation", pa.int64()),
        ("epoch", pa.int64()),
        ("epoch_started_at", pa.timestamp("us", "UTC")),
        ("rows", pa.string()),
    ]
)
KEPT_EXPORTS: Final = 24  # a reader that has listed these files will have opened them before as many exports are over


@dataclass(frozen=True)
class Epoch:
    """Which history the database held. number is 0, without a time, before history was ever changed from outside."""

    number: int
    started_at: datetime | None


@dataclass(frozen=True)
class Announced:
    """An export that is whole: the generation's folder holds every row with known_at <= settled_at.

    rows: by table's folder, how many rows the database had that were known by then; None of an earlier version.
    """

    generation: int
    settled_at: datetime
    epoch: Epoch
    rows: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Plan:
    """An export: into which generation, and of which rows: after < known_at <= until. after is None for the first one.

    Once it is written down it is carried out as it stands, whenever that is, unless history has changed.
    """

    generation: int
    after: datetime | None
    until: datetime
    epoch: Epoch


@dataclass(frozen=True)
class LakeState:
    """latest: None before the first export is whole. plan: None where no export is under way, or was broken off.

    generations: numbers of the folders that are there.
    """

    latest: Announced | None
    plan: Plan | None
    generations: tuple[int, ...]


def read_state(store: LakeStore) -> LakeState:
    """Read what the lake says of itself. Raises LakeError."""
    exports = store.files(EXPORTS)
    latest = _read_announced(store, exports[-1]) if exports else None
    plan = _read_plan(store) if store.has(PLAN) else None
    found = [generation_of(folder) for folder in store.folders()]
    return LakeState(latest, plan, tuple(sorted(number for number in found if number is not None)))


def announce(store: LakeStore, announced: Announced) -> None:
    """Tell readers that an export is whole."""
    row = {
        "settled_at": announced.settled_at,
        "generation": announced.generation,
        "epoch": announced.epoch.number,
        "epoch_started_at": announced.epoch.started_at,
        "rows": json.dumps(announced.rows),
    }
    path = export_path(announced.generation, announced.settled_at)
    store.write_parquet(path, pa.Table.from_pylist([row], schema=EXPORTS_SCHEMA))


def forget_old_exports(store: LakeStore) -> None:
    """Keep the latest of them: Spark opens each file in each run."""
    for path in store.files(EXPORTS)[:-KEPT_EXPORTS]:
        store.remove_file(path)


def write_plan(store: LakeStore, plan: Plan) -> None:
    """Write down an export before its first step."""
    text = json.dumps(
        {
            "generation": plan.generation,
            "after": plan.after and plan.after.isoformat(),
            "until": plan.until.isoformat(),
            "epoch": plan.epoch.number,
            "epoch_started_at": plan.epoch.started_at and plan.epoch.started_at.isoformat(),
        }
    )
    store.write_text(PLAN, text)


def _read_announced(store: LakeStore, path: str) -> Announced:
    rows = store.read_parquet(path).to_pylist()
    try:
        (row,) = rows
        epoch = Epoch(row["epoch"], _utc(row["epoch_started_at"]))
        counts = json.loads(row.get("rows") or "null")
        return Announced(row["generation"], row["settled_at"].astimezone(UTC), epoch, counts)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise LakeError(
            f"{path} in the lake {store.shown} was not written by `truepoint lake export`. Name an empty folder, or "
            "remove what is in this one."
        ) from error


def _read_plan(store: LakeStore) -> Plan:
    text = store.read_text(PLAN)
    try:
        plan = json.loads(text)
        return Plan(
            generation=int(plan["generation"]),
            after=plan["after"] and datetime.fromisoformat(plan["after"]),
            until=datetime.fromisoformat(plan["until"]),
            epoch=Epoch(
                int(plan["epoch"]), plan["epoch_started_at"] and datetime.fromisoformat(plan["epoch_started_at"])
            ),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise LakeError(
            f"{PLAN} in the lake {store.shown} was not written by `truepoint lake export`. Remove it: the files of an "
            "export that was broken off are then written again."
        ) from error


def _utc(time: datetime | None) -> datetime | None:
    return time and time.astimezone(UTC)
