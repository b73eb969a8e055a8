"""`truepoint training-set`: a service's features for rows of one's own."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truepoint.training_sets import OnProgress


def training_set(
    spine: Annotated[
        str,
        typer.Option(
            help="A .parquet or .csv file, a folder of Parquet files, or a table of the database as schema.name."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The .parquet or .csv file to write; one that is there is replaced.")],
    service: Annotated[
        str | None, typer.Option(help="Feature service whose features are added. Default: the only one.")
    ] = None,
    target: Annotated[
        str, typer.Option(help="Engine that computes: postgres, or spark over the lake of TRUEPOINT_LAKE.")
    ] = "postgres",
    delimiter: Annotated[str, typer.Option(help="What separates the columns of a CSV file; tab for a tab.")] = ",",
    empty_as_null: Annotated[
        bool, typer.Option("--empty-as-null", help='Take "" in a CSV file as null, as an unquoted empty field is.')
    ] = False,
) -> None:
    """Add a service's features, as of each row's as_of, to the rows of a file or a table.

    All columns and rows are kept, in their order. A row that is refused is named, and nothing is written.
    """
    import time

    from truepoint.cli.services import choose_service
    from truepoint.settings import load_settings
    from truepoint.training_sets import write_training_set
    from truepoint.training_sets.building import TARGETS

    if target not in TARGETS:
        raise typer.BadParameter(f"{target} is none of: {', '.join(TARGETS)}.", param_hint="--target")
    service = choose_service(service, load_settings().online_manifest_path)
    started = time.monotonic()
    with follow_phases() as on_progress:
        rows = write_training_set(
            spine,
            out,
            service=service,
            target=target,
            delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter),
            empty_as_null=empty_as_null,
            on_progress=on_progress,
            on_warning=lambda message: typer.echo(f"truepoint: warning: {message}", err=True),
        )
    typer.echo(f"{out}: {rows:,} rows with the features of {service}, in {time.monotonic() - started:.1f} s.")


@contextmanager
def follow_phases() -> "Iterator[OnProgress]":
    """Show on stderr what is being done: a line for each phase, a bar where the rows are known, a pulse elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<9}"), BarColumn(), TextColumn("{task.fields[count]}"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def show(phase: str, done: int, rows: int | None) -> None:
            if phase not in tasks:
                finish()
                tasks[phase] = progress.add_task(phase.capitalize(), total=rows, count="")
            of_all = "" if rows is None else f"/{rows:,}"
            progress.update(tasks[phase], completed=done, total=rows, count=f"{done:,}{of_all} rows" if done else "")

        def finish() -> None:
            for task in tasks.values():
                progress.update(task, total=1, completed=1)

        yield show
        finish()
