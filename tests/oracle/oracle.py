"""What a feature value is, in the plainest Python: the contract, and nothing of the compiler.

Slow and obvious on purpose. Integers are exact, doubles are the one division or root that the contract names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor, sqrt
from typing import Any

# An event outside these years is none; a whole sum outside this range is no bigint.
SPAN = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC))
BIGINT = range(-(2**63), 2**63)
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True)
class Event:
    """One immutable event. Times are aware; None in any of them, or in a key, and nobody ever sees the event.

    event_id: text (a uuid in lower case), whose order is that of its bytes, or a whole number, by its value.
    """

    event_id: str | int
    event_time: datetime | None
    known_at: datetime | None
    keys: tuple[str | int | None, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """Who asks, as of when; event_id is the decided event, which never counts."""

    keys: tuple[str | int | None, ...]
    as_of: datetime
    event_id: str | int | None = None


def visible_events(events: Sequence[Event], request: Request, window: str, offset: str = "0s") -> list[Event]:
    """The events that count, in their total order."""
    newest = request.as_of - duration(offset)
    return sorted(
        (
            event
            for event in events
            if event.event_time is not None
            and event.known_at is not None
            and all(SPAN[0] <= time < SPAN[1] for time in (event.event_time, event.known_at))
            and None not in event.keys
            and event.keys == request.keys
            and event.event_time <= newest
            and (window == "lifetime" or newest - duration(window) < event.event_time)
            and event.known_at <= request.as_of
            and event.event_id != request.event_id
        ),
        key=lambda event: (event.event_time, event.known_at, event.event_id),
    )


def feature_value(
    events: Sequence[Event],
    request: Request,
    definition: Mapping[str, Any],
    where: Callable[[Mapping[str, Any]], bool | None] = lambda attributes: True,
) -> Any:
    """The exact value of a feature; `definition` is its meta, with `where` given as a Python predicate.

    A default stands instead of null, wherever the null comes from.
    """
    value = _aggregated(events, request, definition, where)
    return definition.get("default") if value is None else value


def _aggregated(
    events: Sequence[Event],
    request: Request,
    definition: Mapping[str, Any],
    where: Callable[[Mapping[str, Any]], bool | None],
) -> Any:
    aggregate = definition["aggregate"]
    window = "lifetime" if aggregate == "attribute" else definition.get("window", "lifetime")
    counted = [
        e for e in visible_events(events, request, window, definition.get("offset", "0s")) if where(e.attributes)
    ]
    of = definition.get("of")
    if of is not None and aggregate not in ("first", "first_k", "last", "last_k", "attribute"):
        counted = [event for event in counted if event.attributes[of] is not None]
    values = [event.attributes[of] for event in counted] if of is not None else []
    times = [event.event_time for event in counted if event.event_time is not None]
    n, total, squares = len(counted), 0, 0
    if aggregate in ("sum", "mean", "variance", "stddev"):
        total, squares = sum(values), sum(value * value for value in values)
    match aggregate:
        case "count":
            return n
        case "sum":
            return None if isinstance(total, int) and total not in BIGINT else total
        case "count_distinct":
            return len(set(values))
        case "mean":
            return float(total) / float(n) if n else None
        case "variance":
            return float(n * squares - total * total) / float(n * (n - 1)) if n > 1 else None
        case "stddev":
            return sqrt(float(n * squares - total * total) / float(n * (n - 1))) if n > 1 else None
        case "min":
            return min(values, default=None)
        case "max":
            return max(values, default=None)
        case "first":
            return values[0] if n else None
        case "last" | "attribute":
            return values[-1] if n else None
        case "seconds_since_last":
            return microseconds(request.as_of - times[-1]) / 1e6 if n else None
        case "first_k":
            return values[: definition["k"]] or None
        case "last_k":
            return values[::-1][: definition["k"]] or None
        case "top_k":
            return sorted(set(values), key=lambda value: (-values.count(value), value))[: definition["k"]] or None
        case "percentile" if definition.get("method", "discrete") == "discrete":
            return sorted(values)[max(ceil(Fraction(str(definition["fraction"])) * n), 1) - 1] if n else None
        case "percentile":
            return _between(sorted(values), Fraction(str(definition["fraction"])))
        case "median":
            return _between(sorted(values), Fraction(1, 2))
        case "seconds_since_first":
            return microseconds(request.as_of - times[0]) / 1e6 if n else None
    raise ValueError(f"the oracle knows no aggregate {aggregate}")


def _between(ordered: Sequence[Any], fraction: Fraction) -> float | None:
    """The continuous percentile: in doubles, between the values beside the place."""
    if not ordered:
        return None
    place = fraction * (len(ordered) - 1)
    lower, upper = float(ordered[floor(place)]), float(ordered[ceil(place)])
    return lower + (upper - lower) * float(place - floor(place)) + 0.0


def found(events: Sequence[Event], request: Request) -> bool:
    """False when the key has no event known at the as-of time: no window, no offset."""
    return bool(visible_events(events, request, "lifetime"))


def duration(text: str) -> timedelta:
    """'30d' as a fixed duration; a day is 86,400 seconds."""
    return timedelta(seconds=int(text[:-1]) * SECONDS[text[-1]])


def microseconds(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)
