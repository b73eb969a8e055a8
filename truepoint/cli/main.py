"""The `truepoint` command. Each command is a function in truepoint/cli/commands; here they only get their names."""

from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from truepoint.cli.commands import warehouse
from truepoint.cli.commands.demo import demo
from truepoint.cli.commands.doctor import doctor
from truepoint.cli.commands.epoch import epoch
from truepoint.cli.commands.features import features, services
from truepoint.cli.commands.grant import grant
from truepoint.cli.commands.guard import guard, history_table
from truepoint.cli.commands.init import init
from truepoint.cli.commands.lake import lake
from truepoint.cli.commands.load import load
from truepoint.cli.commands.package import package
from truepoint.cli.commands.parity import parity
from truepoint.cli.commands.plan import plan
from truepoint.cli.commands.sample import sample
from truepoint.cli.commands.serve import serve
from truepoint.cli.commands.training_set import training_set
from truepoint.errors import TruepointError


class _Group(TyperGroup):
    """Prints the errors that truepoint raises on purpose as one message, without a traceback; exit status 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except TruepointError as error:
            typer.echo(f"truepoint: {error}", err=True)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals hold DSNs
    help="One feature definition, in a dbt project, for training tables and live answers, proven equal.",
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"truepoint {version('truepoint')}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One feature definition, in a dbt project, for training tables and live answers, proven equal."""


app.command()(warehouse.up)
app.command()(warehouse.down)
app.command()(warehouse.status)
app.command()(warehouse.dsn)
app.command()(warehouse.env)
app.command()(sample)
app.add_typer(load, name="load")
app.add_typer(lake, name="lake")
app.command()(training_set)
app.command()(serve)
app.command()(doctor)
app.command()(epoch)
app.command()(grant)
app.command()(guard)
app.command()(history_table)
app.command()(parity)
app.command()(init)
app.add_typer(features, name="features")
app.add_typer(services, name="services")
app.command()(plan)
app.command()(package)
app.command()(demo)
