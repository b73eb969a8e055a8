"""What is wrong with a setting, as one sentence: the variable, what was given, what is allowed."""

from collections.abc import Mapping
from typing import Final

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_SHOWN_CHARACTERS: Final = 60
_kinds: Final[Mapping[object, str]] = {int: "a whole number", float: "a number"}


def describe_fault(variable: str, fault: ErrorDetails, field: FieldInfo) -> str:
    """Return the sentence, without its full stop. A value that our own check refused is not shown: it may be secret."""
    own = fault.get("ctx", {}).get("error")
    if own is not None:
        return f"{variable}: {own}"
    kind = _kinds.get(field.annotation)
    if kind is None:
        return f"{variable}: {fault['msg']}"
    given = str(fault["input"])
    shown = repr(given if len(given) <= _SHOWN_CHARACTERS else f"{given[:_SHOWN_CHARACTERS]}...")
    return f"{variable} is {shown} (allowed: {kind}{_bounds(field)})"


def _bounds(field: FieldInfo) -> str:
    """Return the bounds in words, such as " from 1 to 1000"."""
    bounds = {
        name: getattr(constraint, name)
        for constraint in field.metadata
        for name in ("ge", "gt", "le")
        if getattr(constraint, name, None) is not None
    }
    lowest = f" from {bounds['ge']}" if "ge" in bounds else f" above {bounds['gt']}" if "gt" in bounds else ""
    return lowest + (f" to {bounds['le']}" if "le" in bounds else " upwards" if "ge" in bounds else "")
