"""Casts that keep the value or raise. Arrow's own wrap a decimal that is too large when its scale grows (26.0)."""

from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def cast_exactly(values: Any, wanted: Any) -> Any:
    """The values in type `wanted`. Raises pa.ArrowException where one does not fit."""
    if pa.types.is_decimal(wanted):
        _check_size(values, wanted)
    return values.cast(wanted)


def casts(values: Any, wanted: Any) -> bool:
    """Whether all values fit type `wanted`."""
    try:
        cast_exactly(values, wanted)
    except pa.ArrowException:
        return False
    return True


def first_failing(values: Any, wanted: Any) -> int | None:
    """Index of the first value that cannot be cast to `wanted`, found by halving; None if all can."""
    if casts(values, wanted):
        return None
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        if casts(values.slice(low, middle - low), wanted):
            low = middle
        else:
            high = middle
    return low


def what_fits(wanted: Any) -> str:
    """What a value of Arrow type `wanted` may be, in words: "which is no ..." precedes it."""
    if pa.types.is_decimal(wanted):
        return f"number of at most {wanted.precision - wanted.scale} digits before the point and {wanted.scale} after"
    if pa.types.is_timestamp(wanted):
        return "time in the years 1 to 9999"
    if pa.types.is_date(wanted):
        return "day in the years 1 to 9999"
    return str(wanted)


def _check_size(values: Any, wanted: Any) -> None:
    digits = wanted.precision - wanted.scale
    bound = Decimal(10) ** digits
    types = pa.types
    if types.is_decimal(values.type) and values.type.precision - values.type.scale > digits:
        numbers = [number for number in pc.min_max(values).as_py().values() if number is not None]
    elif types.is_string(values.type) or types.is_large_string(values.type) or types.is_string_view(values.type):
        is_plain = pc.match_substring_regex(values, rf"^[+-]?0*[0-9]{{0,{digits}}}(\.[0-9]*)?$")
        numbers = [_number(text) for text in values.filter(pc.invert(is_plain)).to_pylist() if text is not None]
    else:
        return
    for number in numbers:
        if not number.is_finite() or abs(number) >= bound:
            raise pa.ArrowInvalid(f"{number} has more than {digits} digits before the point")


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise pa.ArrowInvalid(f"{text} is no number") from error
