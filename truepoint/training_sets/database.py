"""The spine into Postgres, and the features out of it. All in one session: nothing is left behind."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.rows import dict_row

from truepoint.arrow.copying import CopiedRows, copy_batches
from truepoint.compiled.declared_types import faults_of_columns
from truepoint.compiled.training_statement import UNSETTLED, TrainingStatement
from truepoint.errors import SpineError, WarehouseError, first_line
from truepoint.postgres.connecting import connect
from truepoint.postgres.relations import RELATIONS
from truepoint.postgres.session import VALUE_SETTINGS
from truepoint.postgres.warehouse import running_dsn
from truepoint.settings import Settings
from truepoint.training_sets.checking import CheckedSpine
from truepoint.training_sets.computing import (
    Computed,
    OrderedFeatures,
    Take,
    result_schema,
    undeclared_message,
    unsettled_message,
)
from truepoint.training_sets.unknown_keys import find_in_postgres

# Compiling costs more than it saves here.
SETTINGS: Final[dict[str, str]] = {**VALUE_SETTINGS, "jit": "off"}


@contextmanager
def compute_in_postgres(
    checked: CheckedSpine, batches: Iterable[Any], *, settings: Settings, on_computing: Callable[[], None]
) -> Iterator[Computed]:
    """Run the service's statement in the database. See Engine."""
    dsn = running_dsn(settings)
    if dsn is None:
        raise WarehouseError("No database is running. Start it with `truepoint up`, or set TRUEPOINT_DSN.")
    statement = checked.statement
    with explained_errors(statement), connect(dsn) as connection:
        refuse_undeclared(connection, statement)
        rows = send_spine(connection, statement, batches)
        refuse_unsettled(connection, statement, checked.spine.name)
        unknown_keys = find_in_postgres(connection, statement)
        on_computing()
        with computed_features(connection, statement) as take:
            yield Computed(rows=rows, take=take, unknown_keys=unknown_keys)


def send_spine(connection: "psycopg.Connection[Any]", statement: TrainingStatement, batches: Iterable[Any]) -> int:
    """COPY `batches` into the temporary relation that the statement reads; return the number of rows.

    The relation is dropped when the transaction ends.
    """
    for name, value in {**SETTINGS, "work_mem": statement.work_mem}.items():
        connection.execute("select set_config(%s, %s, true)", [name, value])
    spine = sql.Identifier(statement.spine)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type)) for column in statement.columns
    )
    connection.execute(sql.SQL("create temporary table {} ({}) on commit drop").format(spine, columns))
    with connection.cursor() as cursor:
        rows = copy_batches(cursor, spine, batches)
    connection.execute(sql.SQL("analyze {}").format(spine))  # nobody else does it for a temporary table
    return rows


def refuse_undeclared(connection: "psycopg.Connection[Any]", statement: TrainingStatement) -> None:
    """Raise WarehouseError where the relations that the statement reads are not what is declared of them."""
    names = [relation.relation_name for relation in statement.relations]
    found = (
        psycopg.RawCursor(connection, row_factory=dict_row)
        .execute(RELATIONS, [[name.schema for name in names], [name.name for name in names]])
        .fetchall()
    )
    faults = [
        f"{relation.name}.{fault}"
        for relation, row in zip(statement.relations, found, strict=True)
        if row["is_there"]  # what is absent, the statement says itself
        for fault in faults_of_columns(relation.columns, {name: names for name, *names in row["columns"]})
    ]
    if faults:
        raise WarehouseError(undeclared_message(faults))


def refuse_unsettled(connection: "psycopg.Connection[Any]", statement: TrainingStatement, name: str) -> None:
    """Raise SpineError if the answer of any row may still change: its as-of time is later than the settled time."""
    found = connection.execute(
        sql.SQL(UNSETTLED).format(
            spine=sql.Identifier(statement.spine),
            settled=sql.SQL(statement.settled),
            shown_as_of=sql.SQL("spine.as_of::text"),
            shown_settled=sql.SQL(f"{statement.settled}::text"),
        )
    ).fetchone()
    if found:
        row, as_of, settled, count = found
        raise SpineError(unsettled_message(name, row=row, as_of=as_of, settled=settled, count=count))


@contextmanager
def computed_features(connection: "psycopg.Connection[Any]", statement: TrainingStatement) -> Iterator[Take]:
    """Run the statement; within, each call gives the features of the next rows of the spine, as a batch.

    Raises WarehouseError where the rows are not one for each row of the spine, in order.
    """
    copying = sql.SQL("copy (\n{}\n) to stdout (format csv)").format(_with_arrays_as_json(statement))
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        features = OrderedFeatures(CopiedRows(iter(copy), result_schema(statement)).take)
        yield features.take
        features.end()


def _with_arrays_as_json(statement: TrainingStatement) -> sql.Composable:
    if not any(feature.type.endswith("[]") for feature in statement.features):
        return sql.SQL(statement.sql)
    columns = [
        sql.SQL("to_json({name}) as {name}" if feature.type.endswith("[]") else "{name}").format(
            name=sql.Identifier(feature.name)
        )
        for feature in statement.features
    ]
    return sql.SQL("select ord, {} from (\n{}\n) as answers order by ord").format(
        sql.SQL(", ").join(columns), sql.SQL(statement.sql)
    )


@contextmanager
def explained_errors(statement: TrainingStatement) -> Iterator[None]:
    """Errors of Postgres as WarehouseError that says what to do."""
    try:
        yield
    except psycopg.errors.UndefinedTable as error:
        raise WarehouseError(
            f"The database lacks what the statement of {statement.service} reads: {first_line(error)}. "
            "Build it: `dbt run --select staging` in the dbt project."
        ) from error
    except psycopg.errors.FeatureNotSupported as error:
        raise WarehouseError(
            f"The statement of {statement.service} was compiled for another database: {first_line(error)}. "
            "Compile it with this one's TRUEPOINT_DSN."
        ) from error
    except psycopg.errors.NumericValueOutOfRange as error:
        raise WarehouseError(
            f"A feature of {statement.service} has a value that its type does not hold: {first_line(error)}. "
            "Nothing was written."
        ) from error
    except psycopg.Error as error:
        raise WarehouseError(f"The database refused: {first_line(error)}. Nothing was written.") from error
    except pa.ArrowException as error:
        raise WarehouseError(
            f"A feature of {statement.service} has a value that cannot be kept: {first_line(error)}. Nothing was "
            "written."
        ) from error
