"""`truepoint grant`: the rights of a role that a feature server connects as."""

from typing import Annotated

import typer


def grant(
    role: Annotated[str, typer.Argument(help="The role that the server connects as.")],
    apply: Annotated[bool, typer.Option("--apply", help="Run it, instead of printing it.")] = False,
) -> None:
    """Print the grants that a server's role needs: to read what the compiled statements read, after a dbt run too.

    Run it as the role that runs dbt, or a superuser.
    """
    import psycopg

    from truepoint.compiled.registry import load_registry
    from truepoint.errors import WarehouseError, first_line
    from truepoint.postgres.connecting import connect
    from truepoint.postgres.grants import grant_statements
    from truepoint.postgres.warehouse import ensure_warehouse
    from truepoint.settings import load_settings

    settings = load_settings()
    registry = load_registry(settings.online_manifest_path)
    dsn = ensure_warehouse(settings) if settings.dsn is None else settings.dsn.get_secret_value()
    try:
        with connect(dsn) as connection:
            statements = grant_statements(connection, registry, role)
            if apply:
                for statement in statements:
                    connection.execute(statement)
    except psycopg.Error as error:
        raise WarehouseError(
            f"nothing was granted: {first_line(error)}. Connect as the owner of the relations that dbt makes."
        ) from error
    if apply:
        typer.echo(f"{role} may read all that the server's statements read, and what dbt makes there from now on.")
    else:
        typer.echo("".join(statement.as_string() + ";\n" for statement in statements), nl=False)
