"""`truepoint init`: begin a dbt project with the compiler in it, or add the compiler and a first service to one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from truepoint.scaffolding.catalogue import EventTable
    from truepoint.scaffolding.files import Written
    from truepoint.scaffolding.roles import Roles
    from truepoint.scaffolding.service import ServiceFiles


def init(
    events: Annotated[
        str | None, typer.Option(help="A table of events in the database, such as shop.orders, for a first service.")
    ] = None,
    entity: Annotated[
        list[str] | None, typer.Option(help="Its column with the key, such as customer_id; once for each.")
    ] = None,
    time: Annotated[str | None, typer.Option(help="Its column that says when the event happened.")] = None,
    known_at: Annotated[
        str | None,
        typer.Option(help="Its column that says when the row was known here; event-time where none does."),
    ] = None,
    event_id: Annotated[
        str | None, typer.Option("--id", help="Its column that names the event. Default: the one that is unique.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="Name of the service. Default: of key and table.")] = None,
) -> None:
    """Begin a dbt project in this folder, or add truepoint to the one that is here. Overwrites nothing.

    With --events it reads the table's columns from the database, and writes a source, a staging model, a spine, a view
    with three features, a service with its analyses, and a training table: a start, to be edited.
    """
    from truepoint.scaffolding.files import write_files
    from truepoint.scaffolding.project import add_package, begin_project, open_project
    from truepoint.scaffolding.service import service_files
    from truepoint.settings import nearest_dbt_project

    _check_options(events, service, given=[entity, time, known_at, event_id, service])
    folder = nearest_dbt_project()
    # Of all that can be wrong, most is in what is asked for: so it is read before anything is written.
    wanted = None if events is None else _read_events(events, entity or [], time, known_at, event_id)
    if folder is None:
        folder = Path.cwd()
        _tell(begin_project(folder))
    project = open_project(folder)
    files = None if wanted is None else service_files(project, *wanted, service)
    packages, is_changed = add_package(project)
    if is_changed:
        typer.echo(f"added    the compiler to {_shown(packages)}")
    if wanted is None or files is None:
        _tell_next(project.folder)
        return
    result = write_files(files.texts)
    _tell(result)
    lacking = files.features_lacking(result)
    if lacking:
        typer.echo(
            f"truepoint: warning: {_shown(files.view)} was there and lacks {', '.join(lacking)}, which the service "
            f"lists: define them there, or take them out of {_shown(files.exposure)}. Else `dbt compile` stops.",
            err=True,
        )
    table = wanted[0]
    if table.changed_rows:
        typer.echo(
            f"truepoint: warning: rows of {table.schema}.{table.name} have been changed or deleted "
            f"(Postgres counts {table.changed_rows:,}): of a column that changes, training sees what it became. See "
            "`truepoint history-table --help`.",
            err=True,
        )
    _tell_next(project.folder, files)


def _check_options(events: str | None, service: str | None, *, given: list[object]) -> None:
    import re

    if events is None and any(given):
        raise typer.BadParameter("give the table too, such as --events shop.orders.", param_hint="--events")
    if service is not None and not re.fullmatch("[a-z][a-z0-9_]{0,50}", service):
        raise typer.BadParameter(
            f"{service} is no name of a service (allowed: lower-case letters, digits and _, a letter first).",
            param_hint="--service",
        )


def _read_events(
    events: str, entities: list[str], time: str | None, known_at: str | None, event_id: str | None
) -> "tuple[EventTable, Roles]":
    from truepoint.errors import WarehouseError
    from truepoint.postgres.connecting import connect
    from truepoint.postgres.guards import find_table
    from truepoint.postgres.warehouse import running_dsn
    from truepoint.scaffolding.catalogue import read_event_table
    from truepoint.scaffolding.roles import assign_roles
    from truepoint.settings import load_settings

    dsn = running_dsn(load_settings())
    if dsn is None:
        raise WarehouseError("no database is running to read the table from: set TRUEPOINT_DSN to its address.")
    with connect(dsn) as connection:
        table = read_event_table(connection, *find_table(connection, events))
    roles = assign_roles(table, entities=entities, time=time, known_at=known_at, event_id=event_id)
    return table, roles


def _tell(result: "Written") -> None:
    for path in result.written:
        typer.echo(f"wrote    {_shown(path)}")
    for path in result.left:
        typer.echo(f"left     {_shown(path)}, which is there")


def _tell_next(folder: Path, files: "ServiceFiles | None" = None) -> None:
    typer.echo("\nNext" + ("" if folder == Path.cwd() else f", in {_shown(folder)}") + ":")
    if files is None:
        typer.echo("  truepoint init --events SCHEMA.TABLE --entity COLUMN --time COLUMN --known-at COLUMN")
        return
    analyses = files.analyses.relative_to(folder)
    typer.echo(f'  eval "$(truepoint env)" && dbt deps && dbt run --select {files.staging}')
    typer.echo(f"  dbt compile --select path:{analyses} --target-path target/online; truepoint doctor --apply")
    typer.echo("  dbt build")
    typer.echo("\nand then, with the server in a terminal of its own:")
    typer.echo("  truepoint serve")
    typer.echo(f"  truepoint parity --service {files.service}")


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
