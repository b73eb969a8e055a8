"""`truepoint up`, `down`, `status` and `dsn`: the database that the other commands use."""

import typer


def up() -> None:
    """Start the embedded Postgres (or reach the one of TRUEPOINT_DSN), prepare it for the project, print the address.

    It makes schema truepoint (epochs, and functions of guards), and for the payments project the payments tables.
    """
    from truepoint.postgres.warehouse import ensure_warehouse, install_schema, needs_payments
    from truepoint.postgres_uri import without_password
    from truepoint.settings import load_settings

    settings = load_settings()
    with_payments = needs_payments(settings)
    dsn = ensure_warehouse(settings, with_payments=with_payments)
    install_schema(dsn, with_payments=with_payments)
    typer.echo(without_password(dsn))
    if with_payments:
        typer.echo("Ready: schema truepoint, and the guarded tables of schema payments.", err=True)
    else:
        typer.echo(
            "Ready: schema truepoint (epochs, guards). Nothing else was made: the project here\n"
            "has event tables of its own, which `truepoint guard` guards. The tables of schema\n"
            "payments come with the payments project, or with `truepoint sample`.",
            err=True,
        )


def down() -> None:
    """Stop the embedded Postgres. Its data stays."""
    from truepoint.postgres.warehouse import stop_warehouse
    from truepoint.settings import load_settings

    settings = load_settings()
    if stop_warehouse(settings):
        typer.echo("stopped")
    elif settings.dsn is None:
        typer.echo("was not running")
    else:
        typer.echo("no Postgres of truepoint's own is running; the server of TRUEPOINT_DSN is left alone")


def dsn() -> None:
    """Print the address of the running database: export TRUEPOINT_DSN=$(truepoint dsn)."""
    from truepoint.errors import WarehouseError
    from truepoint.postgres.warehouse import running_dsn
    from truepoint.settings import load_settings

    address = running_dsn(load_settings())
    if address is None:
        raise WarehouseError("no database is running: start it with `truepoint up`.")
    typer.echo(address)


def env() -> None:
    """Print what tells dbt and psql where the running database is: eval "$(truepoint env)"."""
    import shlex

    from truepoint.errors import WarehouseError
    from truepoint.postgres.warehouse import running_dsn
    from truepoint.postgres_uri import postgres_environment
    from truepoint.settings import load_settings

    address = running_dsn(load_settings())
    if address is None:
        raise WarehouseError("no database is running: start it with `truepoint up`.")
    for name, value in postgres_environment(address).items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def status() -> None:
    """Show whether the database runs, how it is reached, its version, size and rows."""
    from rich.console import Console
    from rich.table import Table

    from truepoint.errors import WarehouseError
    from truepoint.postgres.warehouse import warehouse_status
    from truepoint.settings import load_settings

    facts = warehouse_status(load_settings())
    table = Table(show_header=False, box=None)
    table.add_row("database", "embedded" if facts.is_embedded else "of TRUEPOINT_DSN")
    table.add_row("running", "yes" if facts.is_running else "no")
    table.add_row("reached by", facts.reach)
    if facts.version is not None:
        table.add_row("version", f"Postgres {facts.version}")
    if facts.size_bytes is not None:
        table.add_row("size", f"{facts.size_bytes / 1024 / 1024:,.0f} MiB")
    for name, rows in (facts.estimated_rows or {}).items():
        table.add_row(f"payments.{name}", f"about {rows:,} rows")
    Console(highlight=False, soft_wrap=True).print(table)
    if facts.problem is not None:
        raise WarehouseError(facts.problem)
