"""`truepoint epoch`: says that history was changed from outside."""

from typing import Annotated

import typer


def epoch(
    because: Annotated[str, typer.Option(help="What was done to the past, in a sentence for those who look later.")],
) -> None:
    """Start an epoch: history was changed from outside, so the next `dbt build` builds every table anew.

    `dbt build` starts one by itself where it finds that an event relation's settled history is not what it was.
    """
    import psycopg

    from truepoint.errors import SettingsError, WarehouseError, first_line
    from truepoint.postgres.connecting import connect
    from truepoint.postgres.guards import ground_statements, is_ground_laid
    from truepoint.postgres.warehouse import running_dsn
    from truepoint.settings import load_settings

    if not because.strip():
        raise typer.BadParameter("say what was done to the past.", param_hint="--because")
    dsn = running_dsn(load_settings())
    if dsn is None:
        raise SettingsError("No database runs. Start it with `truepoint up`, or set TRUEPOINT_DSN.")
    try:
        with connect(dsn) as connection:
            if not is_ground_laid(connection):
                connection.execute(ground_statements().encode())
            found = connection.execute(
                "insert into truepoint.epochs (cause) values (%s) returning epoch", [because.strip()]
            ).fetchone()
    except psycopg.Error as error:
        raise WarehouseError(f"no epoch was started: {first_line(error)}.") from error
    number = found[0] if found else 0
    typer.echo(f"Epoch {number} begins. Run `dbt build`: it builds every table anew, and `truepoint lake export` too.")
