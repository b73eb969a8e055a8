"""The settled rows of one snapshot of the database, as record batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import pyarrow as pa
from psycopg import sql

from truepoint.arrow.copying import CopiedRows, copied_columns
from truepoint.arrow.types import BATCH_ROWS, arrow_type
from truepoint.compiled.lake_sources import LakeSources, LakeTable
from truepoint.errors import LakeError, WarehouseError, first_line
from truepoint.events.lake.layout import PARTITION
from truepoint.events.lake.state import Epoch
from truepoint.postgres.connecting import connect

LOCK_KEY: Final = 7_305_437_175  # any number, as long as every export takes the same
# The text of values is then what we read.
SETTINGS: Final = """
select
    set_config('TimeZone', 'UTC', false),
    set_config('DateStyle', 'ISO', false),
    set_config('extra_float_digits', '1', false)
"""
# The first statement, whose snapshot all others see: it must not be older than the time that it calls settled.
SETTLED: Final = "select pg_try_advisory_xact_lock({lock}), pg_is_in_recovery(), {settled}"
HAS_EPOCHS: Final = "select to_regclass('truepoint.epochs') is not null"
EPOCHS: Final = "select epoch, started_at from truepoint.epochs order by epoch"
COLUMNS: Final = """
select attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
from pg_attribute as attribute
where attribute.attrelid = to_regclass(%s) and attribute.attnum > 0 and not attribute.attisdropped
order by attribute.attnum
"""


@dataclass(frozen=True)
class SnapshotTable:
    """A source in the database: its compiled name and known time, its columns' types, and these as an Arrow schema."""

    source: LakeTable
    types: dict[str, str]
    schema: Any

    @property
    def name(self) -> str:
        """Schema and table, for messages."""
        return self.source.name

    @property
    def folder(self) -> str:
        """The table's folder in a generation."""
        return self.source.folder

    @property
    def is_whole(self) -> bool:
        """Whether every export copies all of it, since it has no known time."""
        return self.source.known_at is None

    @property
    def known_at(self) -> str:
        """The column of the known time."""
        return self.source.known_at or ""


@dataclass(frozen=True)
class Snapshot:
    """A transaction that sees one state of the database, and keeps other exports out.

    settled_at: rows known by then are all there. epochs: all of them, in order; the last is in force.
    """

    connection: "psycopg.Connection[Any]"
    settled_at: datetime
    epochs: tuple[Epoch, ...]
    tables: tuple[SnapshotTable, ...]

    @property
    def epoch(self) -> Epoch:
        """The epoch in force."""
        return self.epochs[-1]

    def count(self, table: SnapshotTable, *, after: datetime | None, until: datetime) -> tuple[int, int]:
        """The number of rows with after < known_at <= until, and of those among them with a time set aside.

        Of a table without a known time, of all rows.
        """
        statement = sql.SQL("select count(*), count(*) filter (where {}) {}").format(
            _has_time_set_aside(table), _rows(table, after, until)
        )
        rows, set_aside = self.connection.execute(statement).fetchone() or (0, 0)
        return rows, set_aside

    def read(self, table: SnapshotTable, *, after: datetime | None, until: datetime) -> Iterator[Any]:
        """Those rows as batches, in the order of known_at. A row that is null there, or before 1900, is not among them.

        A time that no calendar of four digits has, infinity included, is no value of a feature: it comes as null.
        """
        ordered = sql.SQL("") if table.is_whole else sql.SQL("order by {}").format(sql.Identifier(table.known_at))
        statement = sql.SQL("copy (select {} from (select {} {}) as kept {}) to stdout (format csv)").format(
            copied_columns(table.types), _kept_columns(table), _rows(table, after, until), ordered
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            rows = CopiedRows(iter(copy), table.schema)
            while True:
                try:
                    batch = rows.take(BATCH_ROWS)
                except pa.ArrowException as error:
                    raise LakeError(
                        f"{table.source.relation} holds a value that a lake cannot keep: {first_line(error)}."
                    ) from error
                if not batch.num_rows:
                    return
                yield batch


@contextmanager
def open_snapshot(dsn: str, sources: LakeSources) -> Iterator[Snapshot]:
    """Begin the transaction. Raises WarehouseError, LakeError where another export runs."""
    with _explained_errors(), connect(dsn, autocommit=True) as connection:
        connection.execute(SETTINGS)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            statement = sql.SQL(SETTLED).format(lock=sql.Literal(LOCK_KEY), settled=sql.SQL(sources.settled))
            is_ours, is_standby, settled_at = connection.execute(statement).fetchone() or (False, False, None)
            if is_standby:
                raise WarehouseError(
                    "The database is a standby: it may lack rows that are settled by the clock. Export from the "
                    "primary."
                )
            if not is_ours:
                raise LakeError("Another export from this database is running. Try again when it has ended.")
            epochs = _read_epochs(connection)
            yield Snapshot(
                connection=connection,
                settled_at=settled_at.astimezone(UTC),
                epochs=(Epoch(0, None), *epochs),
                tables=tuple(_describe(connection, table) for table in sources.tables),
            )


def _read_epochs(connection: "psycopg.Connection[Any]") -> list[Epoch]:
    """The epochs that were begun; none in a database in which none ever was."""
    found = connection.execute(HAS_EPOCHS).fetchone()
    if not found or not found[0]:
        return []
    return [Epoch(number, started_at.astimezone(UTC)) for number, started_at in connection.execute(EPOCHS)]


def _describe(connection: "psycopg.Connection[Any]", source: LakeTable) -> SnapshotTable:
    columns = dict(connection.execute(COLUMNS, [source.relation]).fetchall())
    if not columns:
        raise WarehouseError(
            f"There is no table {source.relation} in the database, and the dbt project names it as a source. Make it "
            "(`truepoint up` makes the payments tables), or compile for this database."
        )
    if source.known_at is not None and columns.get(source.known_at) != "timestamp with time zone":
        raise WarehouseError(
            f"{source.relation} must have a column {source.known_at}, its rows' known time, of type timestamp with "
            f"time zone. It has: {', '.join(f'{name} ({type_name})' for name, type_name in columns.items())}. Where "
            "the staging model computes the known time, name a column of the source in its meta (known_at: COLUMN), or "
            "known_at: null, and every export copies the table whole."
        )
    wrong = [
        f"{name} is {type_name}, of more than 38 digits"
        for name, type_name in columns.items()
        if type_name.startswith("numeric") and pa.types.is_string(arrow_type(type_name))
    ]
    wrong += [f"{name} has the name that months have in a lake" for name in columns if name.lower() == PARTITION]
    if wrong:
        raise WarehouseError(f"A lake cannot hold these columns of {source.relation}: {'; '.join(wrong)}.")
    schema = pa.schema([(name, arrow_type(type_name)) for name, type_name in columns.items()])
    return SnapshotTable(source=source, types=columns, schema=schema)


def _time_columns(table: SnapshotTable) -> list[str]:
    return [name for name, type_name in table.types.items() if type_name.startswith(("timestamp", "date"))]


def _kept_columns(table: SnapshotTable) -> sql.Composed:
    times = _time_columns(table)
    return sql.SQL(", ").join(
        sql.SQL("case when {on_calendar} then {column} end as {column}").format(
            on_calendar=_on_calendar(name), column=sql.Identifier(name)
        )
        if name in times
        else sql.Identifier(name)
        for name in table.types
    )


def _has_time_set_aside(table: SnapshotTable) -> sql.Composed:
    outside = [sql.SQL("not ({})").format(_on_calendar(name)) for name in _time_columns(table)]
    return sql.SQL(" or ").join([sql.SQL("false"), *outside])


def _on_calendar(name: str) -> sql.Composed:
    return sql.SQL("{column} >= '0001-01-01' and {column} < '10000-01-01'").format(column=sql.Identifier(name))


def _rows(table: SnapshotTable, after: datetime | None, until: datetime) -> sql.Composed:
    parts = {
        "relation": sql.SQL(table.source.relation),
        "known_at": sql.Identifier(table.known_at),
        "until": sql.Literal(until),
    }
    if table.is_whole:
        return sql.SQL("from {relation}").format(**parts)
    if after is None:
        return sql.SQL("from {relation} where {known_at} >= '1900-01-01' and {known_at} <= {until}").format(**parts)
    return sql.SQL("from {relation} where {known_at} > {after} and {known_at} <= {until}").format(
        **parts, after=sql.Literal(after)
    )


@contextmanager
def _explained_errors() -> Iterator[None]:
    """Errors of Postgres as WarehouseError that says what to do."""
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
        raise WarehouseError(
            f"The database lacks truepoint's schema: {first_line(error)}. Run `truepoint up` first."
        ) from error
    except psycopg.errors.FeatureNotSupported as error:
        raise WarehouseError(
            f"The lake's statement was compiled for another database: {first_line(error)}. Compile it with this one's "
            "TRUEPOINT_DSN."
        ) from error
    except psycopg.Error as error:
        raise WarehouseError(
            f"The database refused: {first_line(error)}. Nothing of this export was announced; run it again to go on."
        ) from error
