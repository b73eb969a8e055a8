"""Which column of a table is the key, the event's id, its time, its known time; and how each is staged."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

from truepoint.compiled.registry import ScalarType
from truepoint.errors import ScaffoldError
from truepoint.scaffolding.catalogue import Column, EventTable

EVENT_TIME: Final = "event-time"  # stands for a known time that nobody recorded

NATIVE: Final = frozenset(get_args(ScalarType))
_OTHER_NAMES: Final = {
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "character varying": "varchar",
    "character": "char",
}
_UTC: Final = "at time zone 'UTC'"
_TIMES: Final = ("timestamptz", "timestamp", "date")
_IDS: Final = ("text", "varchar", "uuid", "bigint", "integer")
_NO_KEYS: Final = ("char", "enum")  # their values are compared as another type than they lie in
# Names that the compiler gives to columns of its own; see names.sql in the package.
OWN_NAMES: Final = {
    "spine_id", "event_id", "as_of", "ord", "answered_at", "event", "request", "happens_at", "place",
    "event_time", "known_at", "event_rank", "n", "own_event_time", "is_prompt", "is_alone", "next_at",
    "previous_at", "events_seen", "events_present", "arrives_after", "leaves_from", "leaves_upto", "slice",
    "first_at", "last_at", "slice_length", "table_version", "table_epoch",
}  # fmt: skip


@dataclass(frozen=True)
class Staged:
    """A column of the staging model. note: what a reader should know of its expression; empty for a bare column."""

    column: Column
    name: str
    expression: str
    data_type: str
    note: str = ""

    @property
    def value_type(self) -> str:
        """The type of its values, by what is declared: varchar(20) holds text."""
        name = self.data_type.partition("(")[0]
        return "text" if name in ("varchar", *_NO_KEYS) else name

    @property
    def line(self) -> str:
        """Its line in the select list."""
        bare = self.expression == self.column.quoted and self.column.quoted == self.name
        return self.name if bare else f"{self.expression} as {self.name}"


@dataclass(frozen=True)
class Roles:
    """The staged columns, and which of them are what. known_at is event_time where no known time was recorded."""

    columns: tuple[Staged, ...]
    left_out: tuple[Column, ...]
    entities: tuple[Staged, ...]
    event_id: Staged
    event_time: Staged
    known_at: Staged


def assign_roles(
    table: EventTable,
    *,
    entities: Sequence[str],
    time: str | None,
    known_at: str | None,
    event_id: str | None,
) -> Roles:
    """Find and stage the columns. Raises ScaffoldError, in one sentence with the columns that are there."""
    if not entities:
        raise _missing(table, "--entity", "the column with the key, such as customer_id", table.columns)
    keys = [_find(table, name, "--entity") for name in entities]
    times = [column for column in table.columns if _type_name(column) in _TIMES]
    if time is None:
        raise _missing(table, "--time", "the column that says when it happened", times)
    happened = _find_time(table, time, "--time", times)
    if known_at is None:
        raise _missing(
            table,
            "--known-at",
            f"the column that says when the row came to be known in this database, or {EVENT_TIME} if none does",
            times,
        )
    known = happened if known_at == EVENT_TIME else _find_time(table, known_at, "--known-at", times)
    own = _find_id(table, event_id)

    staged: dict[str, Staged] = {}
    taken: set[str] = set()
    left_out = []
    for column in table.columns:
        prefix = column in keys and slug(column.name) in OWN_NAMES
        name = _free_name(table, column, taken, is_prefixed=prefix)
        found = _stage(
            column, name, is_id=column is own, is_key=column in keys, is_time=column is happened or column is known
        )
        if found is None:
            left_out.append(column)
        else:
            staged[column.name] = found
            taken.add(found.name)
    for column, option in ((keys[0], "--entity"), *((key, "--entity") for key in keys[1:]), (own, "--id")):
        if column.name not in staged:
            raise ScaffoldError(
                f"{option} {column.name} of {table.schema}.{table.name} is {column.type}, which no key or id can be "
                f"(allowed: {', '.join((*sorted(NATIVE), 'varchar', *_NO_KEYS))})"
            )
    return Roles(
        columns=tuple(staged.values()),
        left_out=tuple(left_out),
        entities=tuple(staged[key.name] for key in keys),
        event_id=staged[own.name],
        event_time=staged[happened.name],
        known_at=staged[known.name],
    )


def slug(name: str) -> str:
    """A name of lower-case letters, digits and _: "customerId" becomes customer_id."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    plain = re.sub(r"[^a-z0-9]+", "_", snake).strip("_")
    return plain if plain[:1].isalpha() else f"c_{plain}"


def _free_name(table: EventTable, column: Column, taken: set[str], *, is_prefixed: bool) -> str:
    name = slug(column.name)
    if column.is_reserved or is_prefixed:
        name = f"{slug(table.name)}_{name}"
    numbered = name
    count = 1
    while numbered in taken:
        count += 1
        numbered = f"{name}_{count}"
    return numbered


def _type_name(column: Column) -> str:
    return "enum" if column.is_enum else _OTHER_NAMES.get(column.base_type, column.base_type)


def _stage(column: Column, name: str, *, is_id: bool, is_key: bool, is_time: bool) -> Staged | None:
    """Bare where a definition can declare the type, else cast; None where no type of truepoint holds it."""
    type_name = _type_name(column)
    if type_name == "timestamp":
        note = "From timestamp, read as UTC: if it is of another zone, name that one instead."
        return Staged(column, name, f"{column.quoted} {_UTC}", "timestamptz", note)
    if is_time and type_name == "date":
        note = "From date, as its first instant in UTC."
        return Staged(column, name, f"cast({column.quoted} as timestamp) {_UTC}", "timestamptz", note)
    if type_name == "real":
        return Staged(column, name, f"cast({column.quoted} as double precision)", "double precision", "From real.")
    if type_name not in (*NATIVE, "varchar", *_NO_KEYS):
        return None
    if (is_id and type_name not in _IDS) or (is_key and type_name in _NO_KEYS):
        note = f"From {column.type}, which {'no id' if is_id else 'no key'} can be."
        return Staged(column, name, f"cast({column.quoted} as text)", "text", note)
    return Staged(column, name, column.quoted, _declared(column, type_name))


def _declared(column: Column, type_name: str) -> str:
    """The data_type of a bare column, with its length or scale: numeric(12,2), varchar(20)."""
    _, bracket, size = column.full_type.partition("(")
    return f"{type_name}({size}" if bracket and type_name in ("numeric", "varchar", "char") else type_name


def _find(table: EventTable, name: str, option: str) -> Column:
    column = table.find(name)
    if column is None:
        raise ScaffoldError(
            f"{option} is {name}, and {table.schema}.{table.name} has no such column (allowed: "
            f"{', '.join(column.name for column in table.columns)})"
        )
    return column


def _find_time(table: EventTable, name: str, option: str, times: Sequence[Column]) -> Column:
    column = _find(table, name, option)
    if column not in times:
        raise ScaffoldError(
            f"{option} {column.name} of {table.schema}.{table.name} is {column.type}, which is no time "
            f"(allowed: {_names(times)})"
        )
    return column


def _find_id(table: EventTable, name: str | None) -> Column:
    if name is not None:
        return _find(table, name, "--id")
    unique = [column for column in table.columns if column.is_unique]
    for column in sorted(unique, key=lambda column: (not column.is_primary, not column.is_not_null)):
        return column
    raise ScaffoldError(
        f"no column of {table.schema}.{table.name} is unique by an index, so --id must say which one names a row "
        f"(allowed: {_names(table.columns)}). Where several columns do together, write the staging model by hand."
    )


def _missing(table: EventTable, option: str, meaning: str, columns: Sequence[Column]) -> ScaffoldError:
    return ScaffoldError(f"{option} is not given: {meaning} (of {table.schema}.{table.name}: {_names(columns)})")


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in columns) or "none"
