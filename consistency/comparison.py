"""Counts of differing values, added up chunk by chunk; memory does not grow with the number of rows."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

from consistency.columns import differs, exact_column
from consistency.report import Difference, FeatureReport, JsonValue

WORST_KEPT: Final = 20


@dataclass(frozen=True)
class SpineRow:
    """A row as asked: see report.Difference for the fields."""

    spine_id: str
    keys: dict[str, JsonValue]
    request: dict[str, JsonValue]
    event_id: str | None
    as_of: str


@dataclass
class FeatureTally:
    """Running counts of one feature."""

    name: str
    type: str
    values: int = 0
    nulls: int = 0
    differing: int = 0
    only_one_null: int = 0
    largest_difference: int | float | None = None
    _worst: list[tuple[float, int, Difference]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=lambda: count(0, -1))

    def add(self, rows: Sequence[SpineRow], offline: Sequence[object], online: Sequence[object]) -> None:
        """Compare one chunk: two columns of values as read, one element per row of `rows`."""
        if not len(rows) == len(offline) == len(online):
            raise ValueError(f"{self.name}: {len(rows)} rows, {len(offline)} offline and {len(online)} online values")
        offline_column = exact_column(offline, self.type)
        online_column = exact_column(online, self.type)
        different = differs(offline_column, online_column, self.type)
        self.values += len(rows)
        self.nulls += int(offline_column.null.sum())
        self.differing += int(different.sum())
        self.only_one_null += int((offline_column.null ^ online_column.null).sum())
        comparable = ~(offline_column.null | online_column.null | offline_column.invalid | online_column.invalid)
        for row in different.nonzero()[0].tolist():
            magnitude = None
            if comparable[row]:
                magnitude = _magnitude(offline_column.values[row], online_column.values[row], self.type)
            self._keep(rows[row], offline[row], online[row], magnitude)

    def _keep(self, row: SpineRow, offline: object, online: object, magnitude: int | float | None) -> None:
        if magnitude is not None and (self.largest_difference is None or magnitude > self.largest_difference):
            self.largest_difference = magnitude
        rank = float("inf") if magnitude is None else float(magnitude)
        if len(self._worst) == WORST_KEPT and rank <= self._worst[0][0]:
            return  # of equals the earlier stay
        difference = Difference(
            spine_id=row.spine_id,
            keys=row.keys,
            request=row.request,
            event_id=row.event_id,
            as_of=row.as_of,
            offline=json_value(offline),
            online=json_value(online),
            difference=magnitude,
        )
        entry = (rank, next(self._order), difference)
        if len(self._worst) < WORST_KEPT:
            heapq.heappush(self._worst, entry)
        else:
            heapq.heapreplace(self._worst, entry)

    def report(self) -> FeatureReport:
        """The counts so far."""
        return FeatureReport(
            name=self.name,
            type=self.type,
            values=self.values,
            nulls=self.nulls,
            differing=self.differing,
            only_one_null=self.only_one_null,
            largest_difference=self.largest_difference,
            worst=tuple(
                difference for _, _, difference in sorted(self._worst, key=lambda kept: kept[:2], reverse=True)
            ),
        )


def _magnitude(offline: Any, online: Any, value_type: str) -> int | float | None:
    """|offline - online|, exact for integers and timestamps; None for what is no number."""
    match value_type:
        case "bigint" | "integer" | "smallint" | "timestamptz":
            return abs(int(offline) - int(online))
        case "double precision":
            return min(abs(float(offline) - float(online)), 1.7976931348623157e308)
        case "numeric":
            return float(abs(Decimal(str(offline)) - Decimal(str(online))))
        case _:
            return None


def json_value(value: object) -> JsonValue:
    """A value for a JSON report: what JSON cannot hold becomes text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value - value == 0.0 else repr(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds") if value.tzinfo else value.isoformat()
        case _:
            return str(value)
