"""Adding history to event tables: one transaction, each row once, known times as given.

A load is all or nothing. A row whose key is there with the same content is skipped; with other content it is refused,
by its row number. Rows number from 1.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql

from truepoint.arrow.copying import copy_batches
from truepoint.arrow.shown import shown, shown_name
from truepoint.errors import DataFileError, WarehouseError
from truepoint.events.loading.catalogue import SCHEMA, EventTable, read_event_table
from truepoint.postgres.connecting import connect

# A call opens the rows anew: they are read twice if the quick way finds a row that the careful way has to name.
Batches = Callable[[], Iterable[Any]]

SESSION: Final = {"TimeZone": "UTC"}
LOCK_KEY: Final = 7_305_437_174  # any number, as long as every loader takes the same
ROW_NUMBER: Final = "truepoint_row_number"

IS_LOADING_HISTORY: Final = """
select pg_has_role(current_user, relowner, 'usage') from pg_catalog.pg_class where oid = %s::regclass
"""
# Whether replica role spares a row only what a guard would find: no trigger of the user's, no foreign key.
HAS_ONLY_GUARDS: Final = """
select coalesce(bool_and(functions.pronamespace = to_regnamespace('truepoint')), true)
from pg_catalog.pg_trigger as triggers
inner join pg_catalog.pg_proc as functions on functions.oid = triggers.tgfoid
where
    triggers.tgrelid = %(table)s::regclass
    or triggers.tgrelid in (select relid from pg_catalog.pg_partition_tree(%(table)s::regclass))
"""
# The guards start an epoch for a transaction of which they do not know that it starts its own.
COUNTS_ITS_EPOCH: Final = "select set_config('truepoint.epoch_of_transaction', pg_current_xact_id()::text, true)"
MAY_SKIP_TRIGGERS: Final = "select has_parameter_privilege(current_user, 'session_replication_role', 'set')"
ADD_EPOCH: Final = "insert into truepoint.epochs (cause) values (%s)"


@dataclass(frozen=True)
class TableLoad:
    """What a load did to one table: rows given, rows added; the others were there already, with the same content.

    rows_outside_span: those given that never count, since a time of theirs lies outside the years 1900 to 2149.
    """

    table: str
    rows_given: int
    rows_added: int
    rows_outside_span: int = 0
    schema: str = SCHEMA

    @property
    def rows_there_already(self) -> int:
        """Rows given that were not added."""
        return self.rows_given - self.rows_added


@dataclass
class HistoryLoad:
    """One open load: a transaction in which `add` may be called for several tables. Made by `load_history`."""

    connection: psycopg.Connection[Any]
    what: str
    results: list[TableLoad] = field(default_factory=list)
    is_changed: bool = False

    def describe(self, table_name: str) -> EventTable:
        """The table as the catalogue has it."""
        return read_event_table(self.connection, table_name)

    def empty(self) -> None:
        """Truncate every table of schema payments."""
        tables = [
            name
            for (name,) in self.connection.execute(
                "select tablename from pg_catalog.pg_tables where schemaname = %s", [SCHEMA]
            )
        ]
        if tables:
            names = sql.SQL(", ").join(sql.Identifier(SCHEMA, name) for name in tables)
            self.connection.execute(sql.SQL("truncate {}").format(names))
            self.is_changed = True

    def add(self, table: EventTable, batches: Batches) -> TableLoad:
        """Add the rows that are not there yet. `batches()` gives record batches with the table's columns and types.

        Raises DataFileError if a key comes with two contents, or a row breaks a check of the table. The load is then
        to be given up.
        """
        self._require_right_to_load(table)
        result = self._add_to_empty(table, batches) if self._is_empty(table) else None
        if result is None:
            result = self._add_staged(table, batches)
        self.results.append(result)
        self.is_changed = self.is_changed or result.rows_added > 0
        return result

    def _is_empty(self, table: EventTable) -> bool:
        return not _value(self.connection, sql.SQL("select exists (select from {})").format(table.identifier))

    def _require_right_to_load(self, table: EventTable) -> None:
        if not _value(self.connection, sql.SQL(IS_LOADING_HISTORY), [table.regclass]):
            user = _value(self.connection, sql.SQL("select current_user"))
            raise WarehouseError(
                f"Role {user} does not own {table}. Only its owner may load history: anybody else's rows get the "
                "database's clock as known time. Connect as the owner."
            )

    def _add_to_empty(self, table: EventTable, batches: Batches) -> TableLoad | None:
        """COPY straight into an empty table; None if a row was refused, for the careful way to say which."""
        try:
            with self.connection.transaction(), self.connection.cursor() as cursor, self._quick_inserts(table):
                rows = copy_batches(cursor, table.identifier, batches())
        except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation):
            return None
        return TableLoad(table=table.name, rows_given=rows, rows_added=rows, schema=table.schema)

    def _add_staged(self, table: EventTable, batches: Batches) -> TableLoad:
        """COPY into a temporary table, then insert what is new and compare what is not."""
        names = _Names(table)
        with self.connection.cursor() as cursor:
            cursor.execute(
                names.render("create temporary table {staged} as select 0::bigint as {row}, * from {target} limit 0")
            )
            given = copy_batches(cursor, names.staged, _numbered(batches()))
            for check in table.checks:
                self._refuse_broken_check(names, check)
            cursor.execute(names.render("analyze {staged}"))
            with self._quick_inserts(table):
                cursor.execute(names.render(ADD_STAGED))
            added = cursor.rowcount
            if added < given:
                self._refuse_other_content(names)
            cursor.execute(names.render("drop table {staged}"))
        return TableLoad(table=table.name, rows_given=given, rows_added=added, schema=table.schema)

    def _refuse_broken_check(self, names: "_Names", check: str) -> None:
        # A check that is null is fulfilled, as in the constraint itself.
        found = self.connection.execute(names.render(FIRST_BROKEN_CHECK, check=sql.SQL(check))).fetchone()
        if found:
            row, key = found
            raise DataFileError(
                f"{self.what}, row {row} ({names.key_text(key)}): breaks the check of {names.table}: "
                f"{check}. Nothing was loaded."
            )

    def _refuse_other_content(self, names: "_Names") -> None:
        found = self.connection.execute(names.render(FIRST_OTHER_CONTENT)).fetchone()
        if not found:
            return
        row, earlier_row, key, *pairs = found
        count = len(names.values)
        differing = [
            f"{column} is {_shown(given)}, there {_shown(there)}"
            for column, given, there in zip(names.values, pairs[:count], pairs[count:], strict=True)
            if given != there
        ]
        where = f"row {earlier_row} of the same rows" if earlier_row else f"a row already in {names.table}"
        raise DataFileError(
            f"{self.what}, row {row} ({names.key_text(key)}): the id is that of {where}, with other content: "
            f"{'; '.join(differing)}. Events never change: give a new event its own id. Nothing was loaded."
        )

    @contextmanager
    def _quick_inserts(self, table: EventTable) -> Iterator[None]:
        """Spare each row the guard's function, where the role may and nobody else's trigger would be lost.

        It would only find, row by row, what was checked for the whole load. Guards are triggers that hold in replica
        role; theirs alone steps aside, for a load of history.
        """
        may_skip = _value(self.connection, sql.SQL(MAY_SKIP_TRIGGERS)) and _value(
            self.connection, sql.SQL(HAS_ONLY_GUARDS), {"table": table.regclass}
        )
        if may_skip:
            self.connection.execute("set local session_replication_role = replica")
        yield
        if may_skip:
            self.connection.execute("set local session_replication_role = origin")


ADD_STAGED: Final = """
insert into {target} ({columns}) overriding system value
select {staged_columns}
from {staged} as staged
where not exists (select from {target} as target where {same_key})
order by staged.{row}
on conflict do nothing
"""

FIRST_BROKEN_CHECK: Final = """
select {row}, array[{key_as_text}]
from {staged}
where not ({check})
order by {row}
limit 1
"""

# The row that the first one with its key differs from is either an earlier row of the same load, or was there before.
FIRST_OTHER_CONTENT: Final = """
select
    staged.{row},
    (
        select min(earlier.{row})
        from {staged} as earlier
        where {same_key_earlier} and earlier.{row} < staged.{row}
    ),
    array[{staged_key_as_text}],
    {staged_values},
    {target_values}
from {staged} as staged
inner join {target} as target on {same_key}
where row({staged_columns}) is distinct from row({target_columns})
order by staged.{row}
limit 1
"""


class _Names:
    """The identifiers of one staged load, and statements rendered with them."""

    def __init__(self, table: EventTable) -> None:
        self.table = table
        self.staged = sql.Identifier("truepoint_staged")
        self.values = [name for name in table.column_names if name not in table.key]
        self._parts: dict[str, sql.Composable] = {
            "target": table.identifier,
            "staged": self.staged,
            "row": sql.Identifier(ROW_NUMBER),
            "columns": _listed("{column}", table.column_names),
            "staged_columns": _listed("staged.{column}", table.column_names),
            "target_columns": _listed("target.{column}", table.column_names),
            "staged_values": _listed("staged.{column}::text", self.values),
            "target_values": _listed("target.{column}::text", self.values),
            "key_as_text": _listed("{column}::text", table.key),
            "staged_key_as_text": _listed("staged.{column}::text", table.key),
            "same_key": _listed("target.{column} = staged.{column}", table.key, separator=" and "),
            "same_key_earlier": _listed("earlier.{column} = staged.{column}", table.key, separator=" and "),
        }

    def render(self, template: str, **more: sql.Composable) -> sql.Composed:
        return sql.SQL(template).format(**self._parts, **more)

    def key_text(self, values: list[str]) -> str:
        return ", ".join(f"{name} {shown_name(value)}" for name, value in zip(self.table.key, values, strict=True))


@contextmanager
def load_history(dsn: str, *, what: str, cause: str) -> Iterator[HistoryLoad]:
    """Open a load: a transaction that ends with the block, and is undone by any error in it.

    what: the source in a word or two, as messages name it. cause: what the new row of truepoint.epochs says, which is
    added if and only if the load changed a table. Afterwards changed tables are vacuumed and analysed, so that
    index-only scans and the planner know the new rows at once.
    Raises WarehouseError if the database cannot be used, or another load is running.
    """
    try:
        with (
            connect(dsn, autocommit=True, session=SESSION, application_name="truepoint load") as connection,
            connection.transaction(),
        ):
            connection.execute("set local truepoint.load_history = 'on'")
            # Rows of an asynchronous commit cannot be marked visible by a vacuum right after it.
            connection.execute("set local synchronous_commit = on")
            if not _value(connection, sql.SQL("select pg_try_advisory_xact_lock(%s)"), [LOCK_KEY]):
                raise WarehouseError(
                    "Another load of history is running in this database. Try again when it has ended."
                )
            connection.execute(COUNTS_ITS_EPOCH)
            load = HistoryLoad(connection=connection, what=what)
            yield load
            if load.is_changed:
                connection.execute(ADD_EPOCH, [cause])
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName) as error:
        raise WarehouseError(
            f"The database lacks truepoint's schema ({_first_line(error)}). Run `truepoint up` first."
        ) from error
    except psycopg.Error as error:
        raise WarehouseError(f"{what}: the database refused: {_refusal(error)}. Nothing was loaded.") from error
    _vacuum(dsn, [sql.Identifier(result.schema, result.table) for result in load.results if result.rows_added])


def _vacuum(dsn: str, tables: list[sql.Identifier]) -> None:
    try:
        with connect(dsn, autocommit=True, application_name="truepoint load") as connection:
            for table in tables:
                connection.execute(sql.SQL("vacuum (analyze) {}").format(table))
    except psycopg.Error as error:
        raise WarehouseError(
            f"The rows were loaded, but `vacuum (analyze)` failed after it: {_first_line(error)}."
        ) from error


def _numbered(batches: Iterable[Any]) -> Iterator[Any]:
    first_row = 1
    for batch in batches:
        numbers = pa.array(np.arange(first_row, first_row + batch.num_rows))
        yield pa.RecordBatch.from_arrays([numbers, *batch.columns], names=[ROW_NUMBER, *batch.schema.names])
        first_row += batch.num_rows


def _listed(template: str, names: Iterable[str], separator: str = ", ") -> sql.Composed:
    return sql.SQL(separator).join(sql.SQL(template).format(column=sql.Identifier(name)) for name in names)


def _value(
    connection: psycopg.Connection[Any],
    statement: sql.SQL | sql.Composed,
    parameters: list[Any] | dict[str, Any] | None = None,
) -> Any:
    row = connection.execute(statement, parameters).fetchone()
    return row[0] if row else None


def _shown(value: str | None) -> str:
    return "null" if value is None else shown(value)


def _refusal(error: psycopg.Error) -> str:
    """What the database said, with the key or the line and column of a COPY, where it names them."""
    detail = error.diag.message_detail
    place = re.search(r"line (\d+), column ([^:]+)", error.diag.context or "")
    parts = [_first_line(error), detail.rstrip(".") if detail and detail not in str(error).splitlines()[0] else None]
    said = ". ".join(part for part in parts if part)
    return f"{said} (column {place[2]}, at about row {place[1]})" if place else said


def _first_line(error: psycopg.Error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
