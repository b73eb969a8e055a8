"""`truepoint load`: history from files."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from truepoint.events.loading import TableLoad

load = typer.Typer(
    no_args_is_help=True,
    help="Load history from files, with its own known times. All of a file or nothing; each row once.",
)


@load.command()
def handbook(
    path: Annotated[Path, typer.Argument(help="The Fraud Detection Handbook's transactions.parquet.")],
) -> None:
    """Load the Fraud Detection Handbook's transactions; frauds become chargebacks known seven days later."""
    import time

    from truepoint.events.loading import load_handbook
    from truepoint.postgres.warehouse import ensure_warehouse
    from truepoint.settings import load_settings

    started = time.monotonic()
    dsn = ensure_warehouse(load_settings(), with_payments=True)
    with follow_rows(path.name) as on_progress:
        loads = load_handbook(dsn, path, on_progress=on_progress)
    print_loads(loads, seconds=time.monotonic() - started)


@load.command()
def events(
    table: Annotated[str, typer.Argument(help="An event table, such as shop.orders. Without a schema: of payments.")],
    path: Annotated[Path, typer.Argument(help="A .parquet or .csv file with exactly the table's columns.")],
) -> None:
    """Load one file into one event table, of any schema, as its owner.

    A bad row is refused, with its number and the reason: nothing is loaded.
    """
    import time

    from truepoint.events.loading import load_events
    from truepoint.postgres.warehouse import ensure_warehouse
    from truepoint.settings import load_settings

    started = time.monotonic()
    dsn = ensure_warehouse(load_settings())
    with follow_rows(path.name) as on_progress:
        result = load_events(dsn, table, path, on_progress=on_progress)
    print_loads([result], seconds=time.monotonic() - started)


def print_loads(loads: "Sequence[TableLoad]", *, seconds: float) -> None:
    """One line a table, and a last line that says whether anything was added."""
    for result in loads:
        there = f", {result.rows_there_already:,} there already" if result.rows_there_already else ""
        typer.echo(f"{result.schema}.{result.table}: {result.rows_added:,} rows added{there}")
        if result.rows_outside_span:
            typer.echo(
                f"{result.schema}.{result.table}: {result.rows_outside_span:,} rows never count: their event time or "
                "known time lies outside the years 1900 to 2149."
            )
    added = sum(result.rows_added for result in loads)
    if added:
        typer.echo(f"{added:,} rows added in {seconds:.1f} s.")
    else:
        typer.echo(f"Nothing added: all of it was there already ({seconds:.1f} s).")


@contextmanager
def follow_rows(name: str) -> "Iterator[Callable[[int, int | None], None]]":
    """Show a progress bar on stderr; the function given takes the rows just read and the rows in all, if known.

    When all are read the bar runs on, as long as the database is still busy with them.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=None)
        rows_read = 0

        def show(read: int, rows: int | None) -> None:
            nonlocal rows_read
            rows_read += read
            is_read = rows is not None and rows_read >= rows
            description = "Adding to the tables" if is_read else name
            progress.update(task, completed=rows_read, total=None if is_read else rows, description=description)

        yield show
        progress.update(task, description=name, total=rows_read)
