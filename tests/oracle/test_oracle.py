"""The oracle against values worked out by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.oracle.oracle import Event, Request, feature_value, found, visible_events

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def event(
    event_id: str,
    before_noon: timedelta,
    known_before_noon: timedelta | None = None,
    *,
    key: str | None = "A",
    **attributes: Any,
) -> Event:
    known = before_noon if known_before_noon is None else known_before_noon
    return Event(event_id, NOON - before_noon, NOON - known, (key,), {"amount": None, **attributes})


ASKED = Request(("A",), NOON)
HOUR = timedelta(hours=1)
AMOUNTS = [
    event("e1", timedelta(minutes=50), amount=2),
    event("e2", timedelta(minutes=40), amount=4),
    event("e3", timedelta(minutes=30), amount=None),
    event("e4", timedelta(minutes=20), amount=4),
    event("e5", timedelta(minutes=10), amount=6),
]


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("count", 4),
        ("sum", 16),
        ("mean", 4.0),
        ("variance", 8 / 3),  # squares 4 + 16 + 16 + 36 = 72; (4 * 72 - 16 * 16) / (4 * 3) = 32 / 12
        ("stddev", 1.632993161855452),
        ("min", 2),
        ("max", 6),
        ("count_distinct", 3),
        ("first", 2),
        ("last", 6),
        ("seconds_since_last", 600.0),
        ("seconds_since_first", 3000.0),
    ],
)
def test_aggregates_of_four_amounts_and_a_null(aggregate: str, expected: float) -> None:
    assert feature_value(AMOUNTS, ASKED, {"aggregate": aggregate, "of": "amount", "window": "1h"}) == expected


def test_count_without_of_takes_the_null_amount_too() -> None:
    assert feature_value(AMOUNTS, ASKED, {"aggregate": "count", "window": "1h"}) == 5


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("count", 0),
        ("count_distinct", 0),
        ("sum", 0),
        *((name, None) for name in ("mean", "variance", "stddev", "min", "max", "first", "last", "seconds_since_last")),
    ],
)
def test_nothing_seen(aggregate: str, expected: int | None) -> None:
    definition = {"aggregate": aggregate, "of": "amount", "window": "1h"}
    assert feature_value([], ASKED, definition) == expected
    assert feature_value(AMOUNTS, Request(("B",), NOON), definition) == expected
    assert feature_value(AMOUNTS, Request((None,), NOON), definition) == expected
    assert feature_value([], ASKED, {**definition, "default": -1}) == (-1 if expected is None else expected)


def test_one_value_has_no_variance() -> None:
    definition = {"aggregate": "variance", "of": "amount", "window": "1h"}
    assert feature_value(AMOUNTS[:1], ASKED, definition) is None
    assert feature_value(AMOUNTS[:1], ASKED, {**definition, "default": -1.0}) == -1.0


def test_default_stands_instead_of_a_null_that_was_seen() -> None:
    definition = {"aggregate": "last", "of": "amount", "window": "1h", "default": -1}
    assert feature_value([event("e1", HOUR / 2, amount=5), event("e2", HOUR / 4)], ASKED, definition) == -1


def test_first_and_last_take_a_null_and_others_skip_it() -> None:
    nulls_at_ends = [event("e1", HOUR / 2), event("e2", HOUR / 3, amount=5), event("e3", HOUR / 4)]
    for aggregate, expected in {"first": None, "last": None, "min": 5, "sum": 5, "count": 1}.items():
        assert feature_value(nulls_at_ends, ASKED, {"aggregate": aggregate, "of": "amount", "window": "1h"}) == expected


def test_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    events = [
        event("at-start", HOUR),
        event("just-inside", HOUR - MICROSECOND),
        event("at-end", timedelta(0)),
        event("after", -MICROSECOND, timedelta(0)),
    ]
    assert [e.event_id for e in visible_events(events, ASKED, "1h")] == ["just-inside", "at-end"]
    assert [e.event_id for e in visible_events(events, ASKED, "lifetime")] == ["at-start", "just-inside", "at-end"]


def test_offset_moves_the_window_and_not_the_known_time() -> None:
    events = [
        event("before", 3 * HOUR),
        event("first", 3 * HOUR - MICROSECOND),
        event("last", 2 * HOUR, timedelta(0)),  # known only at the as-of time
        event("too-late", 2 * HOUR, -MICROSECOND),
        event("after", 2 * HOUR - MICROSECOND),
    ]
    assert [e.event_id for e in visible_events(events, ASKED, "1h", "2h")] == ["first", "last"]


def test_the_own_event_and_events_without_key_or_time_are_never_seen() -> None:
    events = [
        event("own", HOUR / 2),
        event("no-key", HOUR / 2, key=None),
        Event("no-time", None, NOON, ("A",)),
        Event("never-known", NOON, None, ("A",)),
    ]
    assert visible_events(events, Request(("A",), NOON, "own"), "lifetime") == []
    assert not found(events, Request(("A",), NOON, "own"))
    assert found(events, ASKED)


def test_ties_go_by_event_id() -> None:
    tied = [event("b", HOUR / 2, amount=2), event("a", HOUR / 2, amount=1), event("Z", HOUR / 2, amount=0)]
    assert feature_value(tied, ASKED, {"aggregate": "first", "of": "amount", "window": "1h"}) == 0
    assert feature_value(tied, ASKED, {"aggregate": "last", "of": "amount", "window": "1h"}) == 2


def test_ties_go_by_known_time_before_event_id() -> None:
    versions = [
        event("b", HOUR / 2, HOUR / 2, amount=1),  # known at once
        event("a", HOUR / 2, HOUR / 4, amount=2),  # the same event time, known later: a correction
        event("c", HOUR / 2, -MICROSECOND, amount=3),  # a second one, not known yet
    ]
    for aggregate, expected in {"first": 1, "last": 2, "first_k": [1, 2], "last_k": [2, 1], "attribute": 2}.items():
        definition = {"aggregate": aggregate, "of": "amount", "window": "1h", "k": 3}
        assert feature_value(versions, ASKED, definition) == expected


def test_an_event_outside_the_span_is_none() -> None:
    first, end = datetime(1900, 1, 1, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC)
    events = [
        Event("first", first, first, ("A",)),
        Event("last", end - MICROSECOND, end - MICROSECOND, ("A",)),
        Event("before", first - MICROSECOND, first, ("A",)),
        Event("known before", first, first - MICROSECOND, ("A",)),
        Event("after", end, first, ("A",)),
        Event("known after", first, end, ("A",)),
    ]
    seen = visible_events(events, Request(("A",), end + HOUR), "lifetime")
    assert [e.event_id for e in seen] == ["first", "last"]


def test_a_whole_sum_that_does_not_fit_is_null() -> None:
    events = [event(f"e{n}", HOUR / 2, amount=2**63 - 1) for n in range(2)]
    definition = {"aggregate": "sum", "of": "amount", "window": "1h"}
    assert feature_value(events, ASKED, definition) is None
    assert feature_value(events[:1], ASKED, definition) == 2**63 - 1


def test_attribute_is_the_latest_known_version() -> None:
    versions = [
        event("v1", timedelta(days=400), home="EE"),
        event("v2", timedelta(days=20), home="FI"),
        event("v3", timedelta(days=10), -MICROSECOND, home="SE"),  # not known yet
    ]
    assert feature_value(versions, ASKED, {"aggregate": "attribute", "of": "home"}) == "FI"


def test_where_keeps_only_what_is_true() -> None:
    events = [
        event("yes", HOUR / 2, declined=True),
        event("no", HOUR / 2, declined=False),
        event("null", HOUR / 2, declined=None),
    ]
    assert feature_value(events, ASKED, {"aggregate": "count", "window": "1h"}, lambda a: a["declined"]) == 1


def test_sums_of_extreme_integers_are_exact() -> None:
    events = [event("e1", HOUR / 2, amount=2**53 + 1), event("e2", HOUR / 3, amount=2**62)]
    assert feature_value(events, ASKED, {"aggregate": "sum", "of": "amount", "window": "1h"}) == 2**62 + 2**53 + 1
