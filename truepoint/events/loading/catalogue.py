"""What an event table looks like, read from the database's catalogue."""

import re
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from psycopg import Connection, sql

from truepoint.arrow.types import Column
from truepoint.errors import WarehouseError

SCHEMA: Final = "payments"

TABLES: Final = """
select relation.relname
from pg_class as relation
inner join pg_namespace as namespace on namespace.oid = relation.relnamespace
where namespace.nspname = %s and relation.relkind in ('r', 'p') and not relation.relispartition
order by relation.relname
"""

COLUMNS: Final = """
select attribute.attname, format_type(attribute.atttypid, attribute.atttypmod), attribute.attnotnull
from pg_attribute as attribute
where
    attribute.attrelid = %s::regclass
    and attribute.attnum > 0
    and not attribute.attisdropped
    and attribute.attgenerated = ''
order by attribute.attnum
"""

PRIMARY_KEY: Final = """
select attribute.attname
from pg_index as key
inner join pg_attribute as attribute on attribute.attrelid = key.indrelid and attribute.attnum = any(key.indkey)
where key.indrelid = %s::regclass and key.indisprimary
order by array_position(key.indkey::int2[], attribute.attnum)
"""

CHECKS: Final = """
select pg_get_expr(conbin, conrelid)
from pg_constraint
where conrelid = %s::regclass and contype = 'c'
order by conname
"""

ARROW_TYPES: Final[dict[str, Any]] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "boolean": pa.bool_(),
    "double precision": pa.float64(),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
}


@dataclass(frozen=True)
class EventTable:
    """A table of schema payments: columns in order, primary key, check constraints as SQL over its columns."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    checks: tuple[str, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, in the table's order."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow_schema(self) -> Any:
        """The pyarrow schema of batches that fit the table."""
        return pa.schema([(column.name, column.arrow_type) for column in self.columns])

    @property
    def identifier(self) -> sql.Identifier:
        """The qualified name, for composing statements."""
        return sql.Identifier(SCHEMA, self.name)

    @property
    def regclass(self) -> str:
        """The quoted name, as a parameter cast to regclass."""
        return f'{SCHEMA}."{self.name}"'

    def __str__(self) -> str:
        return f"{SCHEMA}.{self.name}"


def read_event_table(connection: Connection[Any], name: str) -> EventTable:
    """Describe table `name` of schema payments.

    Raises WarehouseError if there is no such table, if it has no primary key, or a column type that cannot be loaded.
    """
    tables = [table for (table,) in connection.execute(TABLES, [SCHEMA])]
    if name not in tables:
        allowed = ", ".join(tables) if tables else "none: run `truepoint up`, which makes them"
        raise WarehouseError(f"There is no table {SCHEMA}.{name}. The tables of schema {SCHEMA}: {allowed}.")
    relation = f'{SCHEMA}."{name}"'
    columns = tuple(
        Column(name=column, database_type=database_type, arrow_type=_arrow_type(database_type), is_required=is_required)
        for column, database_type, is_required in connection.execute(COLUMNS, [relation])
    )
    unknown = [f"{column.name} ({column.database_type})" for column in columns if column.arrow_type is None]
    if unknown:
        raise WarehouseError(
            f"{SCHEMA}.{name} has columns of types that cannot be loaded: {', '.join(unknown)}. "
            f"Allowed: {', '.join(ARROW_TYPES)}, numeric(p,s)."
        )
    key = tuple(column for (column,) in connection.execute(PRIMARY_KEY, [relation]))
    if not key:
        raise WarehouseError(f"{SCHEMA}.{name} has no primary key; a load could not tell which rows are there already.")
    checks = tuple(check for (check,) in connection.execute(CHECKS, [relation]))
    return EventTable(name=name, columns=columns, key=key, checks=checks)


def _arrow_type(database_type: str) -> Any:
    numeric = re.fullmatch(r"numeric\((\d+),(\d+)\)", database_type)
    if numeric and int(numeric[1]) <= 38:
        return pa.decimal128(int(numeric[1]), int(numeric[2]))
    return ARROW_TYPES.get(database_type)
