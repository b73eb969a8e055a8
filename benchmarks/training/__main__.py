"""`python -m benchmarks.training`: the whole benchmark in one run. See README.md beside this file."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.training.command import Options, run
from benchmarks.training.project import REPOSITORY

RESULTS = Path(__file__).resolve().parent / "results"


def main(
    spine_rows: Annotated[
        int, typer.Option(min=1, help="Spine rows, each deciding on an event of its own.")
    ] = 1_000_000,
    events: Annotated[str, typer.Option(help="Numbers of events, separated by commas.")] = "2000000,10000000",
    lookup_rows: Annotated[int, typer.Option(min=1, help="Spine rows for those that look values up.")] = 100_000,
    hottest_share: Annotated[float, typer.Option(help="Share of all events of the one hot merchant.")] = 0.5,
    only: Annotated[str, typer.Option(help="Contenders (modules of contenders/), separated by commas.")] = "",
    kinds: Annotated[str, typer.Option(help="Kinds of worlds: least, more, hot.")] = "least,more,hot",
    limit_seconds: Annotated[float, typer.Option(help="A contender that takes longer in a world is ended.")] = 900,
    budget_seconds: Annotated[float, typer.Option(help="For contenders that do as many rows as they can.")] = 60,
    folder: Annotated[Path, typer.Option(help="Where data is kept; some 15 GB.")] = REPOSITORY
    / ".truepoint"
    / "benchmark",
    results: Annotated[Path, typer.Option(help="Where results.json, results.md and results.svg go.")] = RESULTS,
) -> None:
    """Time training tables of twelve features, and compare their values. Exit status 1: one that is exact differs."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the contender and the server end too
    results_folder, is_sound = run(
        Options(
            spine_rows=spine_rows,
            events=tuple(int(count) for count in events.split(",")),
            lookup_rows=lookup_rows,
            hottest_share=hottest_share,
            only=tuple(filter(None, only.split(","))),
            kinds=tuple(kinds.split(",")),
            limit_seconds=limit_seconds,
            budget_seconds=budget_seconds,
            folder=folder.resolve(),
            results_folder=results.resolve(),
        )
    )
    typer.echo((results_folder / "results.md").read_text(encoding="utf-8"))
    raise typer.Exit(0 if is_sound else 1)


if __name__ == "__main__":
    typer.run(main)
