"""What a comparison found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

JsonValue = str | int | float | bool | None


@dataclass(frozen=True)
class Difference:
    """One value that differs, with all that is needed to ask for it again.

    spine_id: the training table's row.
    keys, request: entity keys and request fields as sent.
    event_id: the decided event, which never counts; None when there is none.
    as_of: ISO 8601, UTC, microseconds.
    offline, online: the two values; None is null. Doubles that JSON cannot hold are text ("nan").
    difference: |offline - online| for numbers (timestamps: microseconds); None where one side is null, of another type,
        or no number.
    """

    spine_id: str
    keys: Mapping[str, JsonValue]
    request: Mapping[str, JsonValue]
    event_id: str | None
    as_of: str
    offline: JsonValue
    online: JsonValue
    difference: int | float | None


@dataclass(frozen=True)
class FeatureReport:
    """One feature over all rows compared.

    nulls: offline values that are null.
    only_one_null: values that differ because exactly one side is null.
    largest_difference: None when no two numbers differ. 0.0 with differing values means 0.0 against -0.0.
    worst: at most 20 differences: null or mistyped against a value first, then the largest.
    """

    name: str
    type: str
    values: int
    nulls: int
    differing: int
    only_one_null: int
    largest_difference: int | float | None
    worst: tuple[Difference, ...]

    @property
    def share(self) -> float:
        """Differing values, as a share of the values compared; 0 when there are none."""
        return self.differing / self.values if self.values else 0.0


@dataclass(frozen=True)
class RowError:
    """A row that the server would not answer; its values are not compared."""

    spine_id: str
    as_of: str
    message: str


@dataclass(frozen=True)
class ParityReport:
    """A training table (offline) against a running server (online).

    rows: rows answered and compared; rows_failed: rows the server answered with an error.
    found: for each view, what the server says of the row's key, against the events themselves; not among the values.
    row_errors: the first 20 of them. notes: what is to be known of the events' known times.
    """

    service: str
    definition_version: str
    training_table: str
    url: str
    seed: int
    rows_asked: int
    rows: int
    rows_failed: int
    seconds: float
    features: tuple[FeatureReport, ...]
    found: tuple[FeatureReport, ...]
    row_errors: tuple[RowError, ...]
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> int:
        """Values compared, nulls among them."""
        return sum(feature.values for feature in self.features)

    @property
    def differing(self) -> int:
        """Values that differ."""
        return sum(feature.differing for feature in self.features)

    @property
    def found_differing(self) -> int:
        """Answers for which the server said wrongly that it knows a key, or that it does not."""
        return sum(view.differing for view in self.found)

    @property
    def share(self) -> float:
        """Differing values, as a share of the values compared; 0 when there are none."""
        return self.differing / self.values if self.values else 0.0

    def passes(self, tolerance: float = 0.0) -> bool:
        """Whether values were compared, all rows answered, no `found` differs, and at most `tolerance` of values."""
        return self.values > 0 and self.rows_failed == 0 and self.share <= tolerance and self.found_differing == 0

    def to_json(self, tolerance: float = 0.0) -> dict[str, Any]:
        """The report for json.dumps(allow_nan=False), with the verdict at `tolerance`."""
        features, found = (
            [{**asdict(of), "share": of.share, "worst": [asdict(worst) for worst in of.worst]} for of in reports]
            for reports in (self.features, self.found)
        )
        return {
            "passed": self.passes(tolerance),
            "tolerance": tolerance,
            "values": self.values,
            "differing": self.differing,
            "share": self.share,
            **asdict(self),
            "features": features,
            "found": found,
        }
