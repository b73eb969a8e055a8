"""`truepoint lake`: the event tables as Parquet files, for Spark."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truepoint.events.lake import Export, OnProgress

lake = typer.Typer(no_args_is_help=True, help="The event tables as Parquet files under a folder or URL, for Spark.")


@lake.callback()
def main() -> None:
    """The event tables as Parquet files under a folder or URL, for Spark."""


@lake.command()
def export(
    lake: Annotated[
        str | None, typer.Option(help="Folder or URL of the lake, such as s3://bucket/lake.  [default: TRUEPOINT_LAKE]")
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Write all of it anew, in a folder of its own.")] = False,
) -> None:
    """Bring a lake up to the settled time: the rows of the event tables that it does not have yet.

    Readers see an export when it is whole. One that was broken off is taken up again by the next.
    """
    import time

    from truepoint.errors import SettingsError, WarehouseError
    from truepoint.events.lake import export_lake, load_lake_sources, open_lake
    from truepoint.postgres.warehouse import running_dsn
    from truepoint.settings import load_settings

    started = time.monotonic()
    settings = load_settings()
    url = lake or settings.lake
    if not url:
        raise SettingsError("It is not said which lake to write. Give --lake, or set TRUEPOINT_LAKE.")
    sources = load_lake_sources(settings.online_manifest_path)
    dsn = running_dsn(settings)
    if dsn is None:
        raise WarehouseError("No database is running. Start it with `truepoint up`, or set TRUEPOINT_DSN.")
    store = open_lake(url)
    with follow_tables() as on_progress:
        exports = export_lake(dsn, sources, store, restart=restart, on_progress=on_progress)
    print_exports(exports, name=store.shown, seconds=time.monotonic() - started)


def print_exports(exports: "list[Export]", *, name: str, seconds: float) -> None:
    """A line for each table and export, and a last line with the time up to which the lake is settled."""
    for made in exports:
        if made.is_resumed:
            typer.echo(f"An export that was broken off, up to {made.settled_at:%Y-%m-%d %H:%M:%S.%f}Z, was ended:")
        elif made.is_new:
            typer.echo(f"Everything was written, into generation-{made.generation}:")
        for table, rows in made.rows.items():
            set_aside = made.set_aside.get(table)
            noted = f", {set_aside:,} with a time outside the years 1 to 9999, kept as null" if set_aside else ""
            typer.echo(f"{table}: {rows:,} rows{noted}")
    if exports:
        settled_at = f"{exports[-1].settled_at:%Y-%m-%d %H:%M:%S.%f}Z"
        typer.echo(f"{name} is settled up to {settled_at} ({seconds:.1f} s).")
    else:
        typer.echo(f"{name} is settled up to the database's settled time already: nothing to add ({seconds:.1f} s).")


@contextmanager
def follow_tables() -> "Iterator[OnProgress]":
    """Show on stderr a bar for each table."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def show(table: str, done: int, rows: int) -> None:
            if table not in tasks or not done:
                tasks[table] = progress.add_task(table, total=rows)
            progress.update(tasks[table], completed=done, total=rows)

        yield show
