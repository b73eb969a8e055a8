"""`truepoint guard` and `truepoint history-table`: the DDL that keeps an event table honest, printed or run."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import sql

Apply = Annotated[bool, typer.Option("--apply", help="Run it, in one transaction, instead of printing it.")]


def guard(
    table: Annotated[str, typer.Argument(help="An event table, such as shop.orders.")],
    known_at: Annotated[str, typer.Option(help="Its column with the known time.")] = "known_at",
    keep_given: Annotated[
        bool, typer.Option("--keep-given", help="Leave the known times to the writer; refuse changes alone.")
    ] = False,
    apply: Apply = False,
) -> None:
    """Print the guard of an event table: append-only, known times by the clock, history by its owner alone.

    It holds in replica role and on partitions too. Safe to run again.
    """
    from truepoint.postgres.connecting import connect
    from truepoint.postgres.guards import (
        find_table,
        ground_statements,
        guard_statements,
        is_ground_laid,
        read_guarded_table,
    )

    with connect(_dsn()) as connection:
        schema, name = find_table(connection, table)
        guarded = read_guarded_table(connection, schema, name, known_at, keeps_given=keep_given)
        ground = [] if apply and is_ground_laid(connection) else [ground_statements()]
        statements = guard_statements(guarded, keeps_given=keep_given)
    if apply:
        _run(ground, statements)
        typer.echo(f"{schema}.{name} is guarded.")
    else:
        _print(ground, statements)


def history_table(
    table: Annotated[str, typer.Argument(help="A table that is updated in place, such as shop.customers.")],
    key: Annotated[list[str], typer.Option(help="A column of its key; once for each.")],
    apply: Apply = False,
) -> None:
    """Print the DDL of a history of a table that is updated in place: one row for each version, from now on.

    The history table gets the name with _history, the columns of the table, and version_id (the event id),
    version_at (the event time), version_known_at (the known time) and version_is_deleted. A deleted row is a version
    with its key and no values.
    """
    from truepoint.postgres.connecting import connect
    from truepoint.postgres.guards import find_table, ground_statements, is_ground_laid
    from truepoint.postgres.history_tables import history_table_statements, read_changing_table

    with connect(_dsn()) as connection:
        schema, name = find_table(connection, table)
        changing = read_changing_table(connection, schema, name, tuple(key))
        ground = [] if apply and is_ground_laid(connection) else [ground_statements()]
    statements = history_table_statements(changing)
    if apply:
        _run(ground, statements)
        typer.echo(f"{schema}.{changing.history_name} keeps every version of {schema}.{name} from now on.")
    else:
        _print(ground, statements)


def _dsn() -> str:
    from truepoint.postgres.warehouse import ensure_warehouse
    from truepoint.settings import load_settings

    settings = load_settings()
    return ensure_warehouse(settings) if settings.dsn is None else settings.dsn.get_secret_value()


def _run(ground: "Sequence[str]", statements: "Sequence[sql.Composed]") -> None:
    import psycopg

    from truepoint.errors import WarehouseError, first_line
    from truepoint.postgres.connecting import connect

    try:
        with connect(_dsn()) as connection:
            connection.execute("set local lock_timeout = '30s'")
            for script in ground:
                connection.execute(script.encode())
            for statement in statements:
                connection.execute(statement)
    except psycopg.Error as error:
        raise WarehouseError(f"nothing was changed: {first_line(error)}.") from error


def _print(ground: "Sequence[str]", statements: "Sequence[sql.Composed]") -> None:
    typer.echo("\n".join(("begin;\n", *ground, *_rendered(statements), "commit;")))


def _rendered(statements: "Sequence[sql.Composed]") -> "Iterator[str]":
    for statement in statements:
        yield statement.as_string().strip() + ";\n"
