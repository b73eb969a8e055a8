"""`truepoint demo`: everything once, from payments to an answer that equals its training row."""

from typing import Annotated

import typer


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="Stop at the end; exit status 0 only if nothing differed.")
    ] = False,
) -> None:
    """Make a sample, its training table and a live server; compare the two; go on serving until Ctrl-C."""
    from rich.console import Console

    from truepoint.cli.demo import run_demo
    from truepoint.settings import load_settings

    if not run_demo(load_settings(), is_check=check, console=Console()):
        raise typer.Exit(1)
