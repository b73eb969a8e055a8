"""A history of a table that is updated in place: one row for each version, kept by triggers, append-only and guarded.

What a row was before the history began, nobody knows: the versions that are there then are known from then on.
"""

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from truepoint.errors import WarehouseError
from truepoint.postgres.guards import GuardedTable, guard_statements

VERSION_ID: Final = "version_id"
IS_DELETED: Final = "version_is_deleted"
VERSION_AT: Final = "version_at"
KNOWN_AT: Final = "version_known_at"
ROW_TRIGGER: Final = "zz_truepoint_history"
TRUNCATE_TRIGGER: Final = "zz_truepoint_history_truncate"
_LONGEST_NAME_BYTES: Final = 63

_COLUMNS: Final = """
select columns.attname, format_type(columns.atttypid, columns.atttypmod), tables.relkind
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
inner join pg_catalog.pg_attribute as columns
    on columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
where schemas.nspname = %(schema)s and tables.relname = %(name)s
order by columns.attnum
"""
_PARTITIONS: Final = """
select schemas.nspname, parts.relname
from pg_catalog.pg_class as roots
inner join pg_catalog.pg_namespace as root_schemas on root_schemas.oid = roots.relnamespace
cross join lateral pg_catalog.pg_partition_tree(roots.oid) as tree
inner join pg_catalog.pg_class as parts on parts.oid = tree.relid and parts.oid <> roots.oid
inner join pg_catalog.pg_namespace as schemas on schemas.oid = parts.relnamespace
where root_schemas.nspname = %(schema)s and roots.relname = %(name)s
order by tree.level, schemas.nspname, parts.relname
"""

_TABLE: Final = """
create table {history} (
    version_id bigint generated always as identity primary key,
    {declarations},
    version_is_deleted boolean not null,
    version_at timestamptz not null,
    version_known_at timestamptz not null
)
"""
# Written by the table's owner whoever changes the table; the writer's own setting must not speak for the owner.
_FUNCTION: Final = """
create or replace function {function}() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set truepoint.load_history = 'off'
as $function$
begin
    -- What is gone has its key and no values.
    if tg_op = 'TRUNCATE' then
        execute format(
            {truncated},
            tg_table_schema, tg_table_name
        );
        return null;
    end if;
    if tg_op = 'UPDATE' then
        if new *= old then  -- bit by bit, which every type has
            return null;
        end if;
    end if;
    if tg_op = 'DELETE' or (tg_op = 'UPDATE' and row({new_key}) is distinct from row({old_key})) then
        insert into {history} ({key}, version_is_deleted, version_at, version_known_at)
        values ({old_key}, true, clock_timestamp(), clock_timestamp());
    end if;
    if tg_op <> 'DELETE' then
        insert into {history} ({columns}, version_is_deleted, version_at, version_known_at)
        values ({new_columns}, false, clock_timestamp(), clock_timestamp());
    end if;
    return null;
end
$function$
"""
_TRUNCATED: Final = """
insert into {history} ({key}, version_is_deleted, version_at, version_known_at)
select {key}, true, clock_timestamp(), clock_timestamp() from only %I.%I
"""
_ROWS_THERE: Final = """
insert into {history} ({columns}, version_is_deleted, version_at, version_known_at)
select {columns}, false, clock_timestamp(), clock_timestamp() from {table}
"""


@dataclass(frozen=True)
class ChangingTable:
    """A table that is updated in place. Names without quotes; columns with their types, in order."""

    schema: str
    name: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    partitions: tuple[tuple[str, str], ...]

    @property
    def history_name(self) -> str:
        """The name of its history table, in the same schema."""
        return f"{self.name}_history"


def read_changing_table(
    connection: psycopg.Connection[Any], schema: str, name: str, key: tuple[str, ...]
) -> ChangingTable:
    """Describe a table for its history. Raises WarehouseError, in one sentence, where none can be kept."""
    rows = connection.execute(_COLUMNS, {"schema": schema, "name": name}).fetchall()
    if not rows:
        raise WarehouseError(f"there is no table {schema}.{name} with columns in this database.")
    if rows[0][2] not in ("r", "p"):
        raise WarehouseError(f"{schema}.{name} is no table: a history is kept of the table under it.")
    columns = tuple((column, type_name) for column, type_name, _ in rows)
    names = [column for column, _ in columns]
    absent = [column for column in key if column not in names]
    if absent or not key:
        raise WarehouseError(
            f"{schema}.{name} has no column {', '.join(absent) or '(none given)'}, which was given as --key. "
            f"Its columns: {', '.join(names)}."
        )
    taken = [column for column in (VERSION_ID, IS_DELETED, VERSION_AT, KNOWN_AT) if column in names]
    if taken:
        raise WarehouseError(
            f"{schema}.{name} has the column {', '.join(taken)} itself, which a history table adds: rename it first."
        )
    if len(f"{name}_history_keep".encode()) > _LONGEST_NAME_BYTES:
        raise WarehouseError(
            f"{schema}.{name}: the name is too long: {name}_history_keep has to fit {_LONGEST_NAME_BYTES} bytes."
        )
    partitions = connection.execute(_PARTITIONS, {"schema": schema, "name": name}).fetchall()
    return ChangingTable(schema, name, key, columns, tuple((part, of) for part, of in partitions))


def history_table_statements(table: ChangingTable) -> list[sql.Composed]:
    """The statements, for one transaction: lock, history table, its guard, the rows there are, and the triggers."""
    columns = [name for name, _ in table.columns]
    history = sql.Identifier(table.schema, table.history_name)
    function = sql.Identifier(table.schema, f"{table.history_name}_keep")
    parts: dict[str, sql.Composable] = {
        "table": sql.Identifier(table.schema, table.name),
        "history": history,
        "function": function,
        "key": _listed(table.key),
        "columns": _listed(columns),
        "old_key": _listed(table.key, prefix="old."),
        "new_key": _listed(table.key, prefix="new."),
        "new_columns": _listed(columns, prefix="new."),
        "declarations": sql.SQL(",\n    ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_name)) for name, type_name in table.columns
        ),
    }
    truncated = _TRUNCATED.replace("%I.%I", "{source}")
    rendered = sql.SQL(truncated).format(**parts, source=sql.SQL("@source@")).as_string()
    # The text goes through format() in the database: what stands in names must come out as it is.
    text = rendered.strip().replace("%", "%%").replace("@source@", "%I.%I")
    statements = [
        sql.SQL("lock table {table} in share row exclusive mode").format(**parts),
        sql.SQL(_TABLE).format(**parts),
        sql.SQL(_ROWS_THERE).format(**parts),
        *guard_statements(GuardedTable(table.schema, table.history_name, KNOWN_AT, "timestamp with time zone")),
        sql.SQL("alter table {history} set (autovacuum_vacuum_insert_scale_factor = 0.01)").format(**parts),
        sql.SQL(_FUNCTION).format(**parts, truncated=sql.Literal(text)),
        *_trigger(
            ROW_TRIGGER, "after insert or update or delete", "row", sql.Identifier(table.schema, table.name), function
        ),
    ]
    for schema, name in ((table.schema, table.name), *table.partitions):
        statements += _trigger(TRUNCATE_TRIGGER, "before truncate", "statement", sql.Identifier(schema, name), function)
    return statements


def _trigger(name: str, timing: str, level: str, table: sql.Identifier, function: sql.Identifier) -> list[sql.Composed]:
    return [
        sql.SQL("create or replace trigger {} {} on {} for each {} execute function {}()").format(
            sql.Identifier(name), sql.SQL(timing), table, sql.SQL(level), function
        ),
        sql.SQL("alter table {} enable always trigger {}").format(table, sql.Identifier(name)),
    ]


def _listed(names: "list[str] | tuple[str, ...]", prefix: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(prefix) + sql.Identifier(name) for name in names)
