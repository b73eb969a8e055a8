"""From request rows to answer rows: one statement for all of them, or apart where one of them fails."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

import asyncpg
from pydantic import BaseModel

from feature_server.database import Connection, Database, row_errors
from feature_server.errors import AsOfInFutureError, ErrorDetail, InternalError
from feature_server.request_models import attribute_name
from truepoint.compiled.registry import ScalarType, Service, ValueType, array_of

_HEAD: Final = 3  # ord, as_of, answered_at come before the found columns

AnswerRow = dict[str, Any]


@dataclass(frozen=True)
class Answerer:
    """Runs one service's statement.

    column_getters: per parameter, its value in a row. readers: per feature that needs one, its way into JSON.
    """

    service: Service
    column_getters: tuple[Callable[[BaseModel], Any], ...]
    readers: tuple[tuple[str, Callable[[Any], Any]], ...]

    async def answer(self, rows: Sequence[BaseModel], *, database: Database) -> list[AnswerRow]:
        """Return one answer row per request row, in order.

        A row that fails in SQL carries an error, alone. Raises AsOfInFutureError (by the database's clock),
        UnavailableError.
        """
        columns = [[get(row) for row in rows] for get in self.column_getters]
        outcomes = await database.run(lambda connection: self._fetch(connection, columns))
        self._refuse_future(outcomes)
        as_of_column = columns[self._as_of_position]
        return [
            self._shape(outcome) if isinstance(outcome, asyncpg.Record) else self._failed(outcome, as_of)
            for outcome, as_of in zip(outcomes, as_of_column, strict=True)
        ]

    async def _fetch(self, connection: Connection, columns: list[list[Any]]) -> list[Any]:
        """Return a record or a _RowFailure per row. Where rows fail together, halve them until the culprits are alone.

        One culprit in a thousand costs some twenty statements rather than a thousand.
        """
        count = len(columns[0])
        try:
            records: list[Any] = await connection.fetch(self.service.statement, *columns)
        except row_errors as error:
            if count == 1:
                return [_row_failure(error)]
            middle = count // 2
            first = await self._fetch(connection, [column[:middle] for column in columns])
            return first + await self._fetch(connection, [column[middle:] for column in columns])
        if [record[0] for record in records] != list(range(1, count + 1)):
            raise InternalError(f"The statement of {self.service.name} has not returned one record per row, in order.")
        return records

    @property
    def _as_of_position(self) -> int:
        return next(i for i, parameter in enumerate(self.service.parameters) if parameter.role == "as_of")

    def _refuse_future(self, outcomes: Sequence[Any]) -> None:
        details = []
        for row, outcome in enumerate(outcomes):
            if isinstance(outcome, asyncpg.Record) and outcome[1] > outcome[2]:
                message = (
                    f"is {_seconds(outcome[1] - outcome[2])} later than the database's clock, {iso(outcome[2])}; "
                    "ask for that time or an earlier one, or leave as_of out to ask for now"
                )
                details.append(ErrorDetail(row=row, field="as_of", message=message, given=iso(outcome[1])))
        if details:
            raise AsOfInFutureError(f"row {details[0].row}, as_of: {details[0].message}.", details=details)

    def _shape(self, record: Any) -> AnswerRow:
        found_end = _HEAD + len(self.service.views)
        values = dict(zip((feature.name for feature in self.service.features), record[found_end:], strict=True))
        not_finite = []
        for name, read in self.readers:
            value = values[name]
            if value is not None:
                values[name] = read(value)
                if values[name] is None:
                    not_finite.append(name)
        return {
            "as_of": iso(record[1]),
            "values": values,
            "found": dict(zip((view.name for view in self.service.views), record[_HEAD:found_end], strict=True)),
            "error": _not_finite(not_finite) if not_finite else None,
        }

    def _failed(self, failure: "_RowFailure", as_of: datetime | None) -> AnswerRow:
        return {
            "as_of": None if as_of is None else iso(as_of),
            "values": dict.fromkeys(feature.name for feature in self.service.features),
            "found": dict.fromkeys(view.name for view in self.service.views),
            "error": {"code": failure.code, "message": failure.message},
        }


def build_answerer(service: Service) -> Answerer:
    """Prepare what is the same for every request of `service`."""
    return Answerer(
        service=service,
        column_getters=tuple(attrgetter(attribute_name(position)) for position in range(len(service.parameters))),
        readers=tuple(
            (feature.name, _readers[feature.type]) for feature in service.features if feature.type in _readers
        ),
    )


def iso(moment: datetime) -> str:
    """Return the time in UTC with all six digits of its microseconds, as in 2026-01-01T00:00:00.000000Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@dataclass(frozen=True)
class _RowFailure:
    code: str
    message: str


def _row_failure(error: Exception) -> _RowFailure:
    if isinstance(error, asyncpg.PostgresError):
        return _RowFailure("value_error", f"{error} (SQLSTATE {error.sqlstate})")
    return _RowFailure("value_error", "a value of this row is outside what can be sent or answered")


def _not_finite(names: list[str]) -> dict[str, str]:
    return {
        "code": "not_finite",
        "message": f"NaN or infinity has no place in JSON; given as null: {', '.join(names)}",
    }


def _read_double(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _read_numeric(value: Decimal) -> str | None:
    return format(value, "f") if value.is_finite() else None


def _read_time(value: datetime) -> str | None:
    """asyncpg gives the ends of Python's calendar for infinity and -infinity."""
    return None if value.replace(tzinfo=None) in (datetime.max, datetime.min) else iso(value)


# Each returns None for what JSON cannot hold. The other types go as they are.
_scalar_readers: Final[dict[ScalarType, Callable[[Any], Any]]] = {
    "double precision": _read_double,
    "numeric": _read_numeric,
    "uuid": str,
    "date": date.isoformat,
    "timestamptz": _read_time,
}


def _read_array(read: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any] | None]:
    def read_elements(values: list[Any]) -> list[Any] | None:
        elements = [None if value is None else read(value) for value in values]
        return None if elements.count(None) > values.count(None) else elements

    return read_elements


_readers: Final = dict[ValueType, Callable[[Any], Any]](_scalar_readers.items()) | {
    array_of(scalar): _read_array(read) for scalar, read in _scalar_readers.items()
}


def _seconds(lead: timedelta) -> str:
    return f"{lead / timedelta(seconds=1):,.6f}".rstrip("0").rstrip(".") + " s"
