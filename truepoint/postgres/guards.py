"""The guard over an event table of any schema: append-only, known times by the clock, history by its owner alone.

A guard is four triggers, which hold in replica role too. Their names sort last: Postgres fires triggers in the order of
their names, and no other shall set the known time after ours. This module says what a guard is; `install_guard` makes
it, and the doctor compares a table's triggers with it.
"""

import hashlib
import re
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from typing import Any, Final, Literal

import psycopg
from psycopg import sql

from truepoint.errors import WarehouseError, first_line

KNOWN_TIME_TRIGGER: Final = "zz_truepoint_known_time"
APPEND_ONLY_TRIGGER: Final = "zz_truepoint_append_only"
TRUNCATE_TRIGGER: Final = "zz_truepoint_truncate"
EPOCH_TRIGGER: Final = "zz_truepoint_epoch"
# The argument of the append-only trigger of a table whose writers give the known times, by choice.
KEEPS_GIVEN: Final = "known times are given"
# What guards were called before: they would fire before a trigger of the user's.
FORMER_TRIGGERS: Final = ("set_known_at", "refuse_change")

# A loader in replica role is spared the function: what it would find row by row is checked once for the load.
# Nobody else has both settings, since only a superuser may set, or let others set, the replication role.
_UNLESS_LOADED: Final = (
    "not (current_setting('session_replication_role') = 'replica' "
    "and coalesce(current_setting('truepoint.load_history', true), '') = 'on')"
)
_WHILE_LOADED: Final = "coalesce(current_setting('truepoint.load_history', true), '') = 'on'"

_KNOWN_TIME_BODY: Final = """
declare
    table_owner oid;
begin
    -- Nested, since the cheap test is made for every row and the other one only in a load of history.
    if coalesce(current_setting('truepoint.load_history', true), '') = 'on' then
        select relowner into table_owner from pg_class where oid = tg_relid;
        if pg_has_role(current_user, table_owner, 'usage') then
            return new;
        end if;
    end if;
    new.{column} := {clock};
    return new;
end
"""
_KNOWN_TIME_FUNCTION: Final = """
create or replace function truepoint.{function}() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $function${body}$function$
"""
_CLOCKS: Final = {
    "timestamp with time zone": "clock_timestamp()",
    "timestamp without time zone": "clock_timestamp() at time zone 'UTC'",
}

_TABLE: Final = """
select
    tables.oid::bigint,
    schemas.nspname,
    tables.relname,
    tables.relkind,
    format_type(known.atttypid, null),
    array(
        select columns.attname::text from pg_catalog.pg_attribute as columns
        where columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
        order by columns.attnum
    ),
    exists (
        select from pg_catalog.pg_partitioned_table as parts
        where parts.partrelid = any (
            select relid from pg_catalog.pg_partition_tree(tables.oid)
        ) and known.attnum = any (parts.partattrs::int2[])
    ),
    array(
        select array[leaf_schemas.nspname, leaves.relname]::text[]
        from pg_catalog.pg_partition_tree(tables.oid) as tree
        inner join pg_catalog.pg_class as leaves on leaves.oid = tree.relid
        inner join pg_catalog.pg_namespace as leaf_schemas on leaf_schemas.oid = leaves.relnamespace
        where tree.relid <> tables.oid
        order by tree.level, leaf_schemas.nspname, leaves.relname
    )
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
left join pg_catalog.pg_attribute as known
    on known.attrelid = tables.oid and known.attname = %(known_at)s and known.attnum > 0 and not known.attisdropped
where schemas.nspname = %(schema)s and tables.relname = %(name)s
"""

_NAMED: Final = """
select schemas.nspname, tables.relname
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
where tables.oid = to_regclass(%(given)s) or (schemas.nspname = %(schema)s and tables.relname = %(name)s)
order by tables.oid = to_regclass(%(given)s) desc nulls last
limit 1
"""
_ALL: Final = """
select schemas.nspname || '.' || tables.relname
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
where
    tables.relkind in ('r', 'p', 'v', 'm', 'f')
    and not tables.relispartition
    and schemas.nspname not in ('pg_catalog', 'information_schema')
    and has_schema_privilege(schemas.oid, 'usage')
order by 1
limit 10000
"""
_GROUND_FUNCTIONS: Final = """
select functions.proname, functions.prosrc
from pg_catalog.pg_proc as functions
where
    functions.pronamespace = to_regnamespace('truepoint')
    and functions.proconfig = array['search_path=pg_catalog, pg_temp']
"""
_KINDS: Final = {"v": "a view", "m": "a materialized view", "f": "a foreign table", "i": "an index", "S": "a sequence"}


@dataclass(frozen=True)
class GuardedTable:
    """A table as its guard needs it: names without quotes; partitions of all levels, parents before children."""

    schema: str
    name: str
    known_at: str
    known_at_type: str
    partitions: tuple[tuple[str, str], ...] = ()

    @property
    def identifier(self) -> sql.Identifier:
        """The qualified name, for composing statements."""
        return sql.Identifier(self.schema, self.name)


@dataclass(frozen=True)
class GuardTrigger:
    """A trigger as it should be. `function`: in schema truepoint. `tgtype`: as pg_trigger has it."""

    name: str
    function: str
    timing: str
    level: Literal["row", "statement"]
    tgtype: int
    when: str | None = None
    argument: str | None = None


def guard_triggers(known_at: str, known_at_type: str, *, keeps_given: bool = False) -> tuple[GuardTrigger, ...]:
    """The triggers of a guarded table. keeps_given: the writer's known times are taken as they are."""
    of_rows = (
        GuardTrigger(
            KNOWN_TIME_TRIGGER, known_time_function(known_at, known_at_type), "before insert", "row", 7, _UNLESS_LOADED
        ),
    )
    return (
        *(() if keeps_given else of_rows),
        GuardTrigger(
            APPEND_ONLY_TRIGGER,
            "refuse_change",
            "before update or delete",
            "row",
            27,
            argument=KEEPS_GIVEN if keeps_given else None,
        ),
        GuardTrigger(TRUNCATE_TRIGGER, "refuse_change", "before truncate", "statement", 34),
        GuardTrigger(
            EPOCH_TRIGGER, "start_epoch", "after insert or update or delete or truncate", "statement", 60, _WHILE_LOADED
        ),
    )


def known_time_function(known_at: str, known_at_type: str) -> str:
    """Name, in schema truepoint, the function that sets a column of this name and type by the clock."""
    name = f"set_{known_at}" + ("_in_utc" if known_at_type == "timestamp without time zone" else "")
    if len(name.encode()) > 63:
        name = f"set_known_time_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return name


def known_time_body(known_at: str, known_at_type: str) -> str:
    """The function's body, as pg_proc has it."""
    quoted = '"' + known_at.replace('"', '""') + '"'
    return _KNOWN_TIME_BODY.format(column=quoted, clock=_CLOCKS[known_at_type])


def find_table(connection: psycopg.Connection[Any], given: str) -> tuple[str, str]:
    """Return schema and name of the relation that is meant: as SQL reads it, or as it is written, with its capitals.

    Raises WarehouseError when there is none.
    """
    schema, _, name = given.rpartition(".")
    try:
        with connection.transaction():
            row = connection.execute(_NAMED, {"given": given, "schema": schema, "name": name}).fetchone()
    except psycopg.Error as error:
        raise WarehouseError(f"{given!r} is not a table's name, such as shop.orders: {first_line(error)}.") from error
    if row is None:
        near = get_close_matches(given, [name for (name,) in connection.execute(_ALL).fetchall()], n=1)
        hint = f"Did you mean {near[0]}?" if near else "Name it with its schema, as in shop.orders."
        raise WarehouseError(f"there is no table {given} in this database. {hint}")
    return row[0], row[1]


def read_guarded_table(
    connection: psycopg.Connection[Any], schema: str, name: str, known_at: str, *, keeps_given: bool = False
) -> GuardedTable:
    """Describe a table for its guard. Raises WarehouseError, in one sentence, where none can be put on it.

    keeps_given: the guard leaves the known times alone, so nothing is asked of their column.
    """
    row = connection.execute(_TABLE, {"schema": schema, "name": name, "known_at": known_at}).fetchone()
    if row is None:
        raise WarehouseError(f"there is no table {schema}.{name} in this database.")
    _, _, _, kind, known_at_type, columns, is_partition_key, partitions = row
    if kind not in ("r", "p"):
        raise WarehouseError(
            f"{schema}.{name} is {_KINDS.get(kind, 'no table')}: a guard is put on the table under it."
        )
    parts = tuple((part[0], part[1]) for part in partitions)
    if keeps_given:
        return GuardedTable(schema, name, known_at, known_at_type or "", parts)
    if known_at_type is None:
        raise WarehouseError(
            f"{schema}.{name} has no column {known_at}, which was given as its known time. Its columns: "
            f"{', '.join(columns)}."
        )
    if known_at_type not in _CLOCKS:
        raise WarehouseError(
            f"{schema}.{name}.{known_at} is {known_at_type}: a known time is timestamptz (or timestamp, in UTC). "
            f"Alter it: alter table {schema}.{name} alter {known_at} type timestamptz."
        )
    if is_partition_key:
        raise WarehouseError(
            f"{schema}.{name} is partitioned by its known time {known_at}: a trigger cannot set what a row is routed "
            "by. Partition by the event time, or guard it with --keep-given."
        )
    return GuardedTable(schema, name, known_at, known_at_type, parts)


def ground_statements() -> str:
    """What all guards share: schema truepoint, its epochs and its functions, as one script."""
    return files("truepoint.postgres").joinpath("sql", "guard.sql").read_text()


def guard_statements(table: GuardedTable, *, keeps_given: bool = False) -> list[sql.Composed]:
    """The statements that put the guard on a table, or mend it; they rest on `ground_statements`."""
    statements = []
    if not keeps_given:
        statements.append(
            sql.SQL(_KNOWN_TIME_FUNCTION).format(
                function=sql.Identifier(known_time_function(table.known_at, table.known_at_type)),
                body=sql.SQL(known_time_body(table.known_at, table.known_at_type)),
            )
        )
    for trigger in guard_triggers(table.known_at, table.known_at_type, keeps_given=keeps_given):
        # Postgres puts a trigger for rows on every partition, now and later; one for statements only where it is named.
        places = [(table.schema, table.name), *(table.partitions if trigger.level == "statement" else ())]
        for schema, name in places:
            statements += _trigger_statements(trigger, sql.Identifier(schema, name))
    if keeps_given:
        statements.append(_drop_trigger(KNOWN_TIME_TRIGGER, table.identifier))
    return statements


def is_ground_laid(connection: psycopg.Connection[Any]) -> bool:
    """Say whether this database has what guards rest on, as it should be."""
    bodies = dict(connection.execute(_GROUND_FUNCTIONS).fetchall())
    wanted = ground_functions()
    return all(bodies.get(name) == body for name, body in wanted.items())


def ground_functions() -> dict[str, str]:
    """The functions of `ground_statements` by name, with their bodies as pg_proc has them."""
    found = re.findall(
        r"create or replace function truepoint\.(\w+)\(.*?\$function\$(.*?)\$function\$", ground_statements(), re.DOTALL
    )
    return dict(found)


def install_guard(connection: psycopg.Connection[Any], table: GuardedTable, *, keeps_given: bool = False) -> None:
    """Put the guard on a table, or mend it, in the connection's transaction."""
    for statement in guard_statements(table, keeps_given=keeps_given):
        connection.execute(statement)


def _trigger_statements(trigger: GuardTrigger, table: sql.Identifier) -> list[sql.Composed]:
    name = sql.Identifier(trigger.name)
    create = sql.SQL(
        "create or replace trigger {name} {timing} on {table} for each {level}{when} "
        "execute function truepoint.{function}({argument})"
    ).format(
        name=name,
        timing=sql.SQL(trigger.timing),
        table=table,
        level=sql.SQL(trigger.level),
        when=sql.SQL(f" when ({trigger.when})" if trigger.when else ""),
        function=sql.Identifier(trigger.function),
        argument=sql.Literal(trigger.argument) if trigger.argument else sql.SQL(""),
    )
    return [create, sql.SQL("alter table {} enable always trigger {}").format(table, name)]


def _drop_trigger(name: str, table: sql.Identifier) -> sql.Composed:
    return sql.SQL("drop trigger if exists {} on {}").format(sql.Identifier(name), table)
