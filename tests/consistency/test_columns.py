"""Exact comparison: each kind of difference, planted, must be found; and what is equal must pass."""

import math
import struct
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consistency.columns import BIGINT_MAX, BIGINT_MIN, SUPPORTED_TYPES, differs, exact_column

NEXT_AFTER_ONE_TENTH = math.nextafter(0.1, 1.0)
NAN = float("nan")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


PLANTED = [
    ("bigint", 1, 2),
    ("bigint", 0, None),
    ("bigint", None, 0),
    ("bigint", 2**53, 2**53 + 1),
    ("bigint", BIGINT_MAX, BIGINT_MAX - 1),
    ("bigint", BIGINT_MIN, BIGINT_MIN + 1),
    ("bigint", BIGINT_MIN, BIGINT_MAX),
    ("bigint", BIGINT_MAX, BIGINT_MAX + 1),
    ("bigint", 1, 1.0),
    ("bigint", 1, True),
    ("bigint", 1, "1"),
    ("bigint", 0, Decimal(0)),
    ("integer", 7, 8),
    ("double precision", 0.1, NEXT_AFTER_ONE_TENTH),
    ("double precision", 0.0, -0.0),
    ("double precision", -0.0, 0),
    ("double precision", 0.0, None),
    ("double precision", None, 0.0),
    ("double precision", 5e-324, 0.0),
    ("double precision", 1.7976931348623157e308, 1.7976931348623155e308),
    ("double precision", float(2**53), 2**53 + 1),
    ("double precision", 1.0, "1.0"),
    ("double precision", 1.0, True),
    ("double precision", 1.0, 10**400),
    ("double precision", NAN, NAN),
    ("double precision", NAN, None),
    ("double precision", math.inf, math.inf),
    ("boolean", True, False),
    ("boolean", False, None),
    ("boolean", None, False),
    ("boolean", True, 1),
    ("boolean", False, "false"),
    ("text", "a", "A"),
    ("text", "a", "a "),
    ("text", "", None),
    ("text", None, ""),
    ("text", "\u00e9", "e\u0301"),
    ("text", "1", 1),
    ("timestamptz", NOON, "2026-01-01T12:00:00.000001Z"),
    ("timestamptz", NOON, "2026-01-01T12:00:00+01:00"),
    ("timestamptz", NOON, "2026-01-01T12:00:00"),
    ("timestamptz", NOON, None),
    ("timestamptz", NOON, "noon"),
    ("timestamptz", NOON, 1_767_268_800),
    ("numeric", Decimal("0.1"), "0.10000000000000000000001"),
    ("numeric", Decimal("1"), None),
    ("numeric", Decimal("1"), "one"),
    ("numeric", Decimal("1"), 1.0),
    ("numeric", Decimal("NaN"), "NaN"),
]


@pytest.mark.parametrize(("value_type", "offline", "online"), PLANTED, ids=lambda part: repr(part))
def test_a_planted_difference_is_found(value_type: str, offline: Any, online: Any) -> None:
    filler = {"boolean": True, "text": "x", "timestamptz": NOON, "numeric": Decimal(1)}.get(value_type, 1)
    found = differs(
        exact_column([None, offline, filler], value_type), exact_column([None, online, filler], value_type), value_type
    )
    assert found.tolist() == [False, True, False]


EQUAL = [
    ("bigint", 2**53 + 1, 2**53 + 1),
    ("bigint", BIGINT_MIN, BIGINT_MIN),
    ("bigint", None, None),
    ("double precision", 0.1, 0.1),
    ("double precision", -0.0, -0.0),
    ("double precision", 3.0, 3),
    ("double precision", float(2**60), 2**60),
    ("boolean", False, False),
    ("text", "\U0001f600", "\U0001f600"),
    ("timestamptz", NOON, "2026-01-01T12:00:00Z"),
    ("timestamptz", NOON, "2026-01-01T17:30:00+05:30"),
    ("timestamptz", NOON.astimezone(timezone(timedelta(hours=-5))), "2026-01-01T12:00:00.000000+00:00"),
    ("numeric", Decimal("1.50"), "1.5"),
]


@pytest.mark.parametrize(("value_type", "offline", "online"), EQUAL, ids=lambda part: repr(part))
def test_equal_values_pass(value_type: str, offline: Any, online: Any) -> None:
    found = differs(exact_column([None, offline], value_type), exact_column([None, online], value_type), value_type)
    assert found.tolist() == [False, False]


@pytest.mark.parametrize("value_type", sorted(SUPPORTED_TYPES))
def test_only_nulls_are_equal_and_stay_nulls(value_type: str) -> None:
    nulls = exact_column([None, None], value_type)
    assert nulls.null.all()
    assert not differs(nulls, nulls, value_type).any()


@pytest.mark.parametrize("value_type", sorted(SUPPORTED_TYPES))
def test_no_rows(value_type: str) -> None:
    nothing = exact_column([], value_type)
    assert differs(nothing, nothing, value_type).shape == (0,)


bigints = st.none() | st.integers(BIGINT_MIN, BIGINT_MAX) | st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1])
doubles = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0])


@given(st.lists(st.tuples(bigints, bigints)))
def test_bigints_differ_as_python_says(pairs: list[tuple[int | None, int | None]]) -> None:
    offline, online = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = differs(exact_column(offline, "bigint"), exact_column(online, "bigint"), "bigint")
    assert found.tolist() == [left != right for left, right in pairs]


@given(st.lists(st.tuples(doubles, doubles)))
def test_doubles_differ_as_their_bytes_do(pairs: list[tuple[float | None, float | None]]) -> None:
    def to_bytes(value: float | None) -> bytes | None:
        return None if value is None else struct.pack("<d", value)

    offline, online = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = differs(
        exact_column(offline, "double precision"), exact_column(online, "double precision"), "double precision"
    )
    assert found.tolist() == [to_bytes(left) != to_bytes(right) for left, right in pairs]
