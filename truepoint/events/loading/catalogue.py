"""What an event table looks like, read from the database's catalogue."""

import re
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from psycopg import Connection, sql

from truepoint.arrow.types import NUMERIC, Column
from truepoint.bundled import PAYMENTS
from truepoint.errors import WarehouseError
from truepoint.postgres.guards import find_table

SCHEMA: Final = PAYMENTS

TABLES: Final = """
select relation.relname
from pg_class as relation
inner join pg_namespace as namespace on namespace.oid = relation.relnamespace
where namespace.nspname = %s and relation.relkind in ('r', 'p') and not relation.relispartition
order by relation.relname
"""

# A domain is read as the type under it; its own checks are the database's.
COLUMNS: Final = """
with recursive under as (
    select
        attribute.attnum,
        types.oid as type_id,
        case types.typtype when 'd' then types.typbasetype end as base,
        case types.typtype when 'd' then types.typtypmod else attribute.atttypmod end as typmod,
        attribute.attnotnull or types.typnotnull as is_required
    from pg_attribute as attribute
    inner join pg_type as types on types.oid = attribute.atttypid
    where
        attribute.attrelid = %(table)s::regclass
        and attribute.attnum > 0
        and not attribute.attisdropped
        and attribute.attgenerated = ''
    union all
    select
        under.attnum,
        types.oid,
        case types.typtype when 'd' then types.typbasetype end,
        case types.typtype when 'd' then types.typtypmod else under.typmod end,
        under.is_required or types.typnotnull
    from under
    inner join pg_type as types on types.oid = under.base
)

select
    attribute.attname,
    format_type(under.type_id, under.typmod),
    under.is_required,
    (
        select array_agg(labels.enumlabel::text order by labels.enumsortorder)
        from pg_enum as labels
        where labels.enumtypid = under.type_id
    )
from under
inner join pg_attribute as attribute on attribute.attrelid = %(table)s::regclass and attribute.attnum = under.attnum
where under.base is null
order by under.attnum
"""

# The primary key; where there is none, a unique index over required columns.
KEY: Final = """
select array(
    select attribute.attname::text
    from pg_attribute as attribute
    where attribute.attrelid = key.indrelid and attribute.attnum = any(key.indkey[:key.indnkeyatts - 1])
    order by array_position(key.indkey::int2[], attribute.attnum)
)
from pg_index as key
where
    key.indrelid = %s::regclass
    and key.indisunique
    and key.indisvalid
    and key.indpred is null
    and 0 <> all(key.indkey::int2[])
    and not exists (
        select from pg_attribute as attribute
        where
            attribute.attrelid = key.indrelid
            and attribute.attnum = any(key.indkey[:key.indnkeyatts - 1])
            and not attribute.attnotnull
    )
order by key.indisprimary desc, key.indexrelid
limit 1
"""

CHECKS: Final = """
select pg_get_expr(conbin, conrelid)
from pg_constraint
where conrelid = %s::regclass and contype = 'c'
order by conname
"""

ARROW_TYPES: Final[dict[str, Any]] = {
    "text": pa.string(),
    "uuid": pa.string(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "numeric": NUMERIC,
    "boolean": pa.bool_(),
    "double precision": pa.float64(),
    "real": pa.float32(),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
    "timestamp without time zone": pa.timestamp("us", "UTC"),  # which then holds UTC
    "date": pa.date32(),
}
_KINDS: Final = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}


@dataclass(frozen=True)
class EventTable:
    """A table: columns in order, what tells its rows apart, check constraints as SQL over its columns."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    checks: tuple[str, ...]
    schema: str = SCHEMA

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
        return sql.Identifier(self.schema, self.name)

    @property
    def regclass(self) -> str:
        """The quoted name, as a parameter cast to regclass."""
        return self.identifier.as_string()

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


def read_event_table(connection: Connection[Any], given: str) -> EventTable:
    """Describe the table that is meant: `shop.orders`, or without a schema one of schema payments, or of the path.

    Raises WarehouseError if there is no such table, if nothing tells its rows apart, or a type cannot be loaded.
    """
    payments = [table for (table,) in connection.execute(TABLES, [SCHEMA])]
    if given in payments:
        schema, name = SCHEMA, given
    else:
        try:
            schema, name = find_table(connection, given)
        except WarehouseError as error:
            if "." in given or not str(error).startswith("there is no table"):
                raise
            of_payments = (
                ", ".join(payments) if payments else "none: `truepoint up` makes them for the payments project"
            )
            raise WarehouseError(
                f"there is no table {given} in this database. Name it with its schema, as in shop.orders. Those of "
                f"schema {SCHEMA} may go without: {of_payments}."
            ) from error
    table = sql.Identifier(schema, name).as_string()
    row = connection.execute("select relkind from pg_catalog.pg_class where oid = %s::regclass", [table]).fetchone()
    if row is None or row[0] not in ("r", "p"):
        kind = _KINDS.get(row[0], "no table") if row else "no table"
        raise WarehouseError(f"{schema}.{name} is {kind}: events are loaded into the table under it. Name that.")
    columns = tuple(_column(*found) for found in connection.execute(COLUMNS, {"table": table}))
    unknown = [f"{column.name} ({column.database_type})" for column in columns if column.arrow_type is None]
    if unknown:
        raise WarehouseError(
            f"{schema}.{name} has columns of types that cannot be loaded: {', '.join(unknown)}. "
            f"Allowed: {', '.join(ARROW_TYPES)}, numeric(p,s), varchar(n), char(n), enums."
        )
    found = connection.execute(KEY, [table]).fetchone()
    if found is None:
        raise WarehouseError(
            f"{schema}.{name} has no primary key, and no unique index over required columns; a load could not tell "
            "which rows are there already."
        )
    checks = tuple(check for (check,) in connection.execute(CHECKS, [table]))
    return EventTable(name=name, columns=columns, key=tuple(found[0]), checks=checks, schema=schema)


def _column(name: str, shown_type: str, is_required: bool, labels: list[str] | None) -> Column:
    text = re.fullmatch(r"(?:character varying|character)(?:\((\d+)\))?", shown_type)
    if text or labels is not None:
        most = int(text[1]) if text and text[1] else None
        return Column(name, "text", pa.string(), is_required, most, tuple(labels) if labels is not None else None)
    return Column(name, shown_type, _arrow_type(shown_type), is_required)


def _arrow_type(database_type: str) -> Any:
    numeric = re.fullmatch(r"numeric\((\d+),(\d+)\)", database_type)
    if numeric and int(numeric[1]) <= 38:
        return pa.decimal128(int(numeric[1]), int(numeric[2]))
    return ARROW_TYPES.get(database_type)
