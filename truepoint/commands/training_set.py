"""`truepoint training-set`: a service's features for rows of one's own."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truepoint.training import OnProgress


def training_set(
    spine: Annotated[str, typer.Option(help="A .parquet or .csv file, or a table of the database as schema.name.")],
    out: Annotated[Path, typer.Option(help="The .parquet or .csv file to write; one that is there is replaced.")],
    service: Annotated[str, typer.Option(help="Feature service whose features are added.")] = "card_fraud",
    target: Annotated[str, typer.Option(help="Engine that computes: postgres.")] = "postgres",
) -> None:
    """Add a service's features, as of each row's as_of, to the rows of a file or a table.

    All columns and rows are kept, in their order. A row that is refused is named, and nothing is written.
    """
    import time

    from truepoint.training import write_training_set
    from truepoint.training.building import TARGETS

    if target not in TARGETS:
        raise typer.BadParameter(f"{target} is none of: {', '.join(TARGETS)}.", param_hint="--target")
    started = time.monotonic()
    with follow_phases() as on_progress:
        rows = write_training_set(spine, out, service=service, target=target, on_progress=on_progress)
    typer.echo(f"{out}: {rows:,} rows with the features of {service}, in {time.monotonic() - started:.1f} s.")


@contextmanager
def follow_phases() -> "Iterator[OnProgress]":
    """Show on stderr what is being done; a bar for rows read and written, a pulse while the database computes."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("Reading", total=None)

        def show(phase: str, done: int, rows: int | None) -> None:
            progress.update(task, description=phase.capitalize(), completed=done, total=rows)

        yield show
