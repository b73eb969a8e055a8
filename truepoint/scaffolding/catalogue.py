"""A table of events, as the database's catalogue describes it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import psycopg

_COLUMNS: Final = """
with recursive columns as (
    select attnum, attname, atttypid, atttypmod, attnotnull
    from pg_catalog.pg_attribute
    where attrelid = %(table)s::oid and attnum > 0 and not attisdropped
),

-- A domain stands for the type under it.
types as (
    select attnum, atttypid as type_id, atttypmod as modifier from columns
    union all
    select types.attnum, domains.typbasetype, domains.typtypmod
    from types
    inner join pg_catalog.pg_type as domains on domains.oid = types.type_id and domains.typtype = 'd'
)

select
    columns.attname,
    quote_ident(columns.attname),
    format_type(columns.atttypid, columns.atttypmod),
    format_type(types.type_id, null),
    format_type(types.type_id, types.modifier),
    bases.typtype = 'e',
    columns.attnotnull,
    coalesce(col_description(%(table)s::oid, columns.attnum), ''),
    exists (
        select from pg_catalog.pg_index as indexes
        where indexes.indrelid = %(table)s::oid and indexes.indisunique and indexes.indpred is null
            and indexes.indnkeyatts = 1 and indexes.indkey[0] = columns.attnum
    ),
    exists (
        select from pg_catalog.pg_index as indexes
        where indexes.indrelid = %(table)s::oid and indexes.indisprimary
            and indexes.indnkeyatts = 1 and indexes.indkey[0] = columns.attnum
    ),
    exists (
        select from pg_catalog.pg_constraint as constraints
        where constraints.conrelid = %(table)s::oid and constraints.contype = 'f'
            and columns.attnum = any (constraints.conkey)
    ),
    exists (
        select from pg_catalog.pg_get_keywords() as words
        where words.word = lower(columns.attname) and words.catcode in ('R', 'T')
    )
from columns
inner join types on types.attnum = columns.attnum
inner join pg_catalog.pg_type as bases on bases.oid = types.type_id and bases.typtype <> 'd'
order by columns.attnum
"""
_TABLE: Final = """
select
    tables.oid,
    coalesce(obj_description(tables.oid, 'pg_class'), ''),
    coalesce(pg_stat_get_tuples_updated(tables.oid), 0) + coalesce(pg_stat_get_tuples_deleted(tables.oid), 0)
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
where schemas.nspname = %(schema)s and tables.relname = %(name)s
"""


@dataclass(frozen=True)
class Column:
    """A column. quoted: its name in SQL. base_type: without a domain around it, nor length or scale.

    full_type: the base type with length or scale.
    """

    name: str
    quoted: str
    type: str
    base_type: str
    full_type: str
    is_enum: bool
    is_not_null: bool
    comment: str
    is_unique: bool
    is_primary: bool
    is_reference: bool
    is_reserved: bool


@dataclass(frozen=True)
class EventTable:
    """A table. changed_rows: updates and deletes that Postgres has counted since its statistics were reset."""

    schema: str
    name: str
    comment: str
    changed_rows: int
    columns: tuple[Column, ...]

    def find(self, name: str) -> Column | None:
        """The column of a name as it is, or else as SQL folds it."""
        for spelling in (name, name.lower(), name.strip('"')):
            for column in self.columns:
                if column.name == spelling:
                    return column
        return None


def read_event_table(connection: "psycopg.Connection[Any]", schema: str, name: str) -> EventTable:
    """Read the catalogue. The table is there: see guards.find_table."""
    row = connection.execute(_TABLE, {"schema": schema, "name": name}).fetchone()
    if row is None:
        raise LookupError(f"{schema}.{name}")
    oid, comment, changed_rows = row
    columns = connection.execute(_COLUMNS, {"table": oid}).fetchall()
    return EventTable(schema, name, comment, changed_rows, tuple(Column(*column) for column in columns))
