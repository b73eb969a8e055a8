"""Values of files in the types of columns, or the first value that does not fit."""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from truepoint.arrow.casting import cast_exactly, first_failing
from truepoint.arrow.files import NOT_UTF8
from truepoint.arrow.shown import shown
from truepoint.arrow.types import Column

# What Postgres and the CSV between us write alike.
FIRST_TIME_US: Final = -62_135_596_800_000_000  # 0001-01-01
LAST_TIME_US: Final = 253_402_300_799_999_999  # 9999-12-31
UUID_PATTERN: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def type_problem(given: Any, column: Column, *, wants: str) -> str | None:
    """Why a column of Arrow type `given` cannot go into `column`, or None if it can (single values may still not).

    wants: who wants the column's type, for the message, such as "the table wants".
    """
    values = given.value_type if pa.types.is_dictionary(given) else given
    wanted = column.arrow_type
    types = pa.types
    if types.is_null(values):
        return None
    if types.is_timestamp(wanted):
        if not types.is_timestamp(values):
            return f"{given}, {wants} a timestamp with a time zone"
        return None if values.tz else f"{given}, a naive time (row 1 and all others); give it a time zone, best UTC"
    is_text = types.is_string(values) or types.is_large_string(values) or types.is_string_view(values)
    is_allowed = {
        "text": is_text,
        "uuid": is_text,
        "boolean": types.is_boolean(values),
        "double precision": types.is_float64(values) or types.is_float32(values),
        "real": types.is_float32(values),
        "date": types.is_date(values),
    }.get(column.database_type)
    if is_allowed is None:
        is_allowed = types.is_integer(values) if types.is_integer(wanted) else types.is_decimal(values)
    return None if is_allowed else f"{given}, {wants} {column.database_type}"


def fit_column(column: Column, values: Any, *, is_key: bool = False) -> tuple[Any, tuple[int, str] | None]:
    """The values in the column's type, and the first that does not fit (its index from 0, and the reason)."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()  # its values may hold nulls that it does not count
    if column.is_required and values.null_count:
        role = "part of the primary key" if is_key else "required"
        return None, (_first_true(pc.is_null(values)), f"{column.name} is null, but it is {role}")
    if pa.types.is_binary(values.type):
        index = first_failing(values, pa.string())
        if index is not None:
            return None, (index, f"{column.name} {NOT_UTF8}")
        values = values.cast(pa.string())
    index = first_failing(values, column.arrow_type)
    if index is not None:
        return None, (index, f"{column.name} is {_shown_value(values[index])}, {_wanted(column)}")
    fitted = cast_exactly(values, column.arrow_type)
    if pa.types.is_string(column.arrow_type):
        has_zero = pc.match_substring(fitted, "\0")
        if pc.any(has_zero).as_py():
            return None, (_first_true(has_zero), f"{column.name} holds a zero byte, which Postgres cannot store")
        problem = _text_problem(column, fitted)
        if problem:
            return None, problem
    if column.database_type == "uuid":
        fitted = pc.utf8_lower(fitted)  # where a uuid is text, it is so
        is_other = pc.invert(pc.match_substring_regex(fitted, UUID_PATTERN))
        if pc.any(is_other).as_py():
            index = _first_true(is_other)
            return None, (index, f"{column.name} is {_shown_value(values[index])}, {_wanted(column)}")
    if pa.types.is_timestamp(column.arrow_type):
        microseconds = fitted.cast(pa.int64())
        outside = pc.or_(pc.less(microseconds, FIRST_TIME_US), pc.greater(microseconds, LAST_TIME_US))
        if pc.any(outside).as_py():
            return None, (_first_true(outside), f"{column.name} lies outside the years 1 to 9999")
    return fitted, None


def _text_problem(column: Column, texts: Any) -> tuple[int, str] | None:
    """The first text that is too long, or no label."""
    if column.most_characters is not None:
        is_long = pc.greater(pc.utf8_length(texts), column.most_characters)
        if pc.any(is_long).as_py():
            index = _first_true(is_long)
            most = f"which is longer than {column.most_characters} characters"
            return index, f"{column.name} is {_shown_value(texts[index])}, {most}"
    if column.labels is not None:
        is_other = pc.and_(pc.is_valid(texts), pc.invert(pc.is_in(texts, pa.array(column.labels, pa.string()))))
        if pc.any(is_other).as_py():
            index = _first_true(is_other)
            allowed = ", ".join(column.labels)
            return index, f"{column.name} is {_shown_value(texts[index])} (allowed: {allowed})"
    return None


def _wanted(column: Column) -> str:
    if pa.types.is_timestamp(column.arrow_type):
        return "which is no time with a zone, in at most microseconds; write for example 2026-01-31T08:15:00.123456Z"
    if pa.types.is_boolean(column.arrow_type):
        return "which is not true or false"
    return f"which is no {column.database_type}"


def _shown_value(scalar: Any) -> str:
    try:
        return shown(scalar.as_py())
    except (ValueError, OverflowError):  # a time that Python has not
        return str(scalar.cast(pa.string()))


def _first_true(mask: Any) -> int:
    return int(pc.index(pc.fill_null(mask, False), True).as_py())
