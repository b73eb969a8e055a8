"""Values of one feature as a pandas column that loses nothing.

pandas turns a bigint column with a null into float64 when left to itself, and 2**53 + 1 into 2**53 with it. So every
column is built from a numpy array of the exact type and a mask of its own:

    bigint, integer, smallint   int64 and mask
    double precision    float64 and mask; compared by its bits
    boolean             bool and mask
    timestamptz         int64 microseconds since 1970 UTC, and mask
    text, numeric       Python str and Decimal, None where null
    uuid, date          Python str in their one form, None where null
    arrays              tuples of the above, None where null; doubles in them as hexadecimal text, which keeps every bit

A value that its type does not allow (text for a bigint, a boolean for an integer, NaN) is marked invalid, and an
invalid value equals nothing.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pandas as pd

BIGINT_MIN: Final = -(2**63)
BIGINT_MAX: Final = 2**63 - 1
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

Mask = npt.NDArray[np.bool_]


class _InvalidValueError(ValueError):
    """The value is none of its column's type."""


def _integer(value: object) -> int:
    if type(value) is int and BIGINT_MIN <= value <= BIGINT_MAX:
        return value
    raise _InvalidValueError


def _double(value: object) -> float:
    # JSON has one kind of number: a whole double may come as 3 or 3.0, both exact.
    if type(value) is int:
        try:
            as_float = float(value)
        except OverflowError:
            raise _InvalidValueError from None
        if int(as_float) == value:
            return as_float
    if type(value) is float and math.isfinite(value):
        return value
    raise _InvalidValueError


def _boolean(value: object) -> bool:
    if type(value) is bool:
        return value
    raise _InvalidValueError


def _text(value: object) -> str:
    if type(value) is str:
        return value
    raise _InvalidValueError


def _numeric(value: object) -> Decimal:
    if type(value) is str:
        try:
            value = Decimal(value)
        except InvalidOperation:
            raise _InvalidValueError from None
    if type(value) is Decimal and value.is_finite():
        return value
    raise _InvalidValueError


def _uuid(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if type(value) is str and re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        return value
    raise _InvalidValueError


def _date(value: object) -> str:
    if type(value) is date:
        return value.isoformat()
    if type(value) is str and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return value
    raise _InvalidValueError


def _microseconds(value: object) -> int:
    if type(value) is str:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise _InvalidValueError from None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return (value - EPOCH) // MICROSECOND
    raise _InvalidValueError


def _array(read: Callable[[object], object]) -> Callable[[object], tuple[object, ...]]:
    def read_elements(value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise _InvalidValueError
        return tuple(None if element is None else read(element) for element in value)

    return read_elements


def _double_bits(value: object) -> str:
    return _double(value).hex()


_SCALAR_READERS: Final[dict[str, Callable[[object], object]]] = {
    "bigint": _integer,
    "integer": _integer,
    "smallint": _integer,
    "double precision": _double,
    "boolean": _boolean,
    "text": _text,
    "numeric": _numeric,
    "uuid": _uuid,
    "date": _date,
    "timestamptz": _microseconds,
}
_READERS: Final[dict[str, Callable[[object], object]]] = {
    **_SCALAR_READERS,
    **{f"{name}[]": _array(read) for name, read in _SCALAR_READERS.items()},
    "double precision[]": _array(_double_bits),
}
SUPPORTED_TYPES: Final = frozenset(_READERS)


@dataclass(frozen=True)
class ExactColumn:
    """One side's values of one feature.

    values: the column; null where null or invalid.
    null, invalid: masks, one element per row; no row is in both.
    """

    values: "pd.Series[Any]"
    null: Mask
    invalid: Mask


def exact_column(values: Sequence[object], value_type: str) -> ExactColumn:
    """Read `values` (Python objects from Postgres, or from JSON) as `value_type`, one of SUPPORTED_TYPES."""
    read = _READERS[value_type]
    null = np.fromiter((value is None for value in values), dtype=np.bool_, count=len(values))
    invalid = np.zeros(len(values), dtype=np.bool_)
    exact: list[object] = []
    for row, value in enumerate(values):
        try:
            exact.append(None if value is None else read(value))
        except _InvalidValueError:
            invalid[row] = True
            exact.append(None)
    return ExactColumn(values=_series(exact, value_type, null | invalid), null=null, invalid=invalid)


def _series(exact: Sequence[object], value_type: str, absent: Mask) -> "pd.Series[Any]":
    match value_type:
        case "bigint" | "integer" | "smallint" | "timestamptz":
            integers = np.array([0 if value is None else value for value in exact], dtype=np.int64)
            return pd.Series(pd.arrays.IntegerArray(integers, absent))
        case "double precision":
            doubles = np.array([0.0 if value is None else value for value in exact], dtype=np.float64)
            return pd.Series(pd.arrays.FloatingArray(doubles, absent))
        case "boolean":
            booleans = np.array([False if value is None else value for value in exact], dtype=np.bool_)
            return pd.Series(pd.arrays.BooleanArray(booleans, absent))
        case _:
            objects = np.empty(len(exact), dtype=object)  # filled one by one: numpy would spread tuples over axes
            for row, value in enumerate(exact):
                objects[row] = value
            return pd.Series(objects)


def differs(offline: ExactColumn, online: ExactColumn, value_type: str) -> Mask:
    """Where the two sides are not the same value of `value_type`, bit for bit. Null equals null and nothing else."""
    both_null = offline.null & online.null
    absent = offline.null | online.null | offline.invalid | online.invalid
    match value_type:
        case "bigint" | "integer" | "smallint" | "timestamptz":
            unequal = offline.values.to_numpy(np.int64, na_value=0) != online.values.to_numpy(np.int64, na_value=0)
        case "double precision":
            offline_bits = offline.values.to_numpy(np.float64, na_value=0.0).view(np.int64)
            unequal = offline_bits != online.values.to_numpy(np.float64, na_value=0.0).view(np.int64)
        case "boolean":
            unequal = offline.values.to_numpy(np.bool_, na_value=False) != online.values.to_numpy(
                np.bool_, na_value=False
            )
        case _:
            unequal = np.asarray(offline.values.to_numpy() != online.values.to_numpy(), dtype=np.bool_)
    return np.where(absent, ~both_null, unequal)
