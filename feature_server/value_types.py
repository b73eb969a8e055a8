"""How each type of the signature is taken from a request, and how it is described to people.

Strict: no "12" for an integer, no true for 1. What cannot be kept exactly is refused rather than rounded.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import GenericAlias
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from truepoint.compiled.registry import ScalarType, ValueType, array_of

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2999, 12, 31, tzinfo=UTC)

# The pattern comes first: by itself the parser would take "1700000000" as Unix seconds and cut a seventh decimal.
_TIME_PATTERN: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?$"
)
_UUID_PATTERN: Final = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_DATE_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_NUMERIC_PATTERN: Final = r"^-?[0-9]{1,100}(\.[0-9]{1,100})?$"


class _ExactTime:
    """A time with an offset, to the microsecond, from EARLIEST to LATEST."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.chain_schema(
            [
                core_schema.str_schema(strict=True, pattern=_TIME_PATTERN),
                core_schema.datetime_schema(tz_constraint="aware", ge=EARLIEST, le=LATEST),
            ]
        )


class _ExactNumeric:
    """A decimal number written as a string, since JSON numbers pass through doubles in many clients."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.chain_schema(
            [
                core_schema.str_schema(strict=True, pattern=_NUMERIC_PATTERN),
                core_schema.decimal_schema(allow_inf_nan=False),
            ]
        )


class _ExactUuid:
    """A uuid in its usual form, of 36 characters."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.chain_schema(
            [core_schema.str_schema(strict=True, pattern=_UUID_PATTERN), core_schema.uuid_schema()]
        )


class _ExactDate:
    """A day of the calendar, and no time with it."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.chain_schema(
            [core_schema.str_schema(strict=True, pattern=_DATE_PATTERN), core_schema.date_schema()]
        )


@dataclass(frozen=True)
class RequestType:
    """annotation: for pydantic. allowed: in words, as in "must be ...". example: a JSON value of the type."""

    annotation: Any
    allowed: str
    example: object


request_types: Final[dict[ScalarType, RequestType]] = {
    "bigint": RequestType(
        Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)],
        "an integer from -9223372036854775808 to 9223372036854775807, without quotes or fraction",
        1250,
    ),
    "integer": RequestType(
        Annotated[int, Field(strict=True, ge=-(2**31), le=2**31 - 1)],
        "an integer from -2147483648 to 2147483647, without quotes or fraction",
        3,
    ),
    "smallint": RequestType(
        Annotated[int, Field(strict=True, ge=-(2**15), le=2**15 - 1)],
        "an integer from -32768 to 32767, without quotes or fraction",
        3,
    ),
    "double precision": RequestType(
        Annotated[float, Field(strict=True, allow_inf_nan=False)], "a finite number, without quotes", 59.437
    ),
    "numeric": RequestType(
        Annotated[
            Decimal, _ExactNumeric, WithJsonSchema({"type": "string", "format": "decimal", "pattern": _NUMERIC_PATTERN})
        ],
        'a decimal number in quotes, as in "12.50"',
        "12.50",
    ),
    "boolean": RequestType(Annotated[bool, Field(strict=True)], "true or false", True),
    "text": RequestType(
        Annotated[str, Field(strict=True, pattern=r"^[^\x00]*$")], "text in quotes, without the NUL character", "A-17"
    ),
    "uuid": RequestType(
        Annotated[UUID, _ExactUuid, WithJsonSchema({"type": "string", "format": "uuid"})],
        'a uuid in quotes, as in "1b4e28ba-2fa1-11d2-883f-0016d3cca427"',
        "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
    ),
    "date": RequestType(
        Annotated[date, _ExactDate, WithJsonSchema({"type": "string", "format": "date"})],
        'an ISO 8601 date in quotes, as in "2026-01-31"',
        "2026-01-31",
    ),
    "timestamptz": RequestType(
        Annotated[datetime, _ExactTime, WithJsonSchema({"type": "string", "format": "date-time"})],
        "an ISO 8601 time with its offset from UTC, to the microsecond at most, from year 1900 to 2999, "
        'as in "2026-01-01T00:00:00Z"',
        "2026-01-01T00:00:00Z",
    ),
}

# What an answer holds. numeric is a string, for the reason above; a double is the shortest text that reads back to it.
_scalar_answer_types: Final[dict[ValueType, Any]] = {
    "bigint": int,
    "integer": int,
    "smallint": int,
    "double precision": float,
    "numeric": Annotated[str, WithJsonSchema({"type": "string", "format": "decimal"})],
    "boolean": bool,
    "text": str,
    "uuid": Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})],
    "date": Annotated[str, WithJsonSchema({"type": "string", "format": "date"})],
    "timestamptz": Annotated[datetime, WithJsonSchema({"type": "string", "format": "date-time"})],
}
answer_types: Final[dict[ValueType, Any]] = {
    **_scalar_answer_types,
    **{array_of(scalar): GenericAlias(list, (_scalar_answer_types[scalar] | None,)) for scalar in request_types},
}
answer_examples: Final = dict[ValueType, object](
    [(scalar, request_type.example) for scalar, request_type in request_types.items()]
    + [(array_of(scalar), [request_type.example]) for scalar, request_type in request_types.items()]
)
