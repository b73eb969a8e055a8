"""`truepoint plan`: what a change of definitions will do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from truepoint.planning.plan import Plan

_MARKS = {"added": "+", "changed": "~", "removed": "-"}


def plan(
    base: Annotated[
        Path | None,
        typer.Option(help="Manifest to compare with. Default: the online manifest, compiled last.", dir_okay=False),
    ] = None,
    compiled: Annotated[
        Path | None, typer.Option(help="Manifest to take as the new state, instead of compiling.", dir_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, such as for a pull request.")] = False,
) -> None:
    """Compile the definitions aside, and say what they will do; change nothing but target/plan.

    Says which features are added, changed or removed, for which services; which tables a build makes anew, by what the
    tables in the database were built from; and which indexes are missing.
    """
    import json

    from truepoint.cli.dbt import PLAN_ARGUMENTS, run_dbt
    from truepoint.errors import ManifestError, WarehouseError
    from truepoint.planning.plan import make_plan
    from truepoint.postgres.warehouse import running_dsn
    from truepoint.settings import load_settings

    settings = load_settings()
    before = settings.online_manifest_path if base is None else base
    if base is not None and not base.is_file():
        raise ManifestError(f"there is no manifest at {base}, which --base names.")
    dsn = running_dsn(settings)
    if dsn is None:
        raise WarehouseError("no database is running: start it with `truepoint up`, or set TRUEPOINT_DSN.")
    if compiled is None:
        _reuse_parse(settings.online_manifest_path.parent, settings.plan_manifest_path.parent)
        run_dbt(settings, dsn, *PLAN_ARGUMENTS, is_aside=True)
    made = make_plan(
        settings.plan_manifest_path if compiled is None else compiled, before if before.is_file() else None, dsn
    )
    if as_json:
        typer.echo(json.dumps(made.to_json(), indent=2, ensure_ascii=False))
    else:
        _print(made)


def _reuse_parse(online: Path, aside: Path) -> None:
    """Let dbt begin with what it knows of the project's files; what has changed since it sees by itself."""
    import shutil

    name = "partial_parse.msgpack"
    if (online / name).is_file() and not (aside / name).exists():
        aside.mkdir(parents=True, exist_ok=True)
        shutil.copy(online / name, aside / name)


def _print(made: "Plan") -> None:
    if made.is_empty:
        typer.echo(
            "No definition changes: a build adds the rows that the tables lack. "
            "Whether history has changed since the last build, only `dbt build` looks: then it builds anew."
        )
        return
    if made.features:
        typer.echo("Features")
    for feature in made.features:
        was, now = feature.digest
        digest = f"{was} -> {now}" if was and now else now or was
        typer.echo(f"  {_MARKS[feature.change]} {feature.name}  {digest}")
        for reason in feature.because:
            typer.echo(f"      {reason}")
        typer.echo(f"      in {feature.view}; services: {', '.join(feature.services) or 'none'}")
        if feature.tables:
            typer.echo(f"      tables: {', '.join(feature.tables)}")
    if made.services:
        typer.echo("Services")
    for service in made.services:
        typer.echo(f"  {_MARKS[service.change]} {service.name}")
        typer.echo(f"      version: {service.version[0] or 'none'} -> {service.version[1] or 'none'}")
        for word, names in (("gains", service.gains), ("loses", service.loses), ("changed", service.changed)):
            if names:
                typer.echo(f"      {word}: {', '.join(names)}")
    if made.tables:
        typer.echo("Tables, at the next dbt build")
    for table in made.tables:
        rows = "" if table.rows is None else f", about {table.rows:,} rows"
        history = (
            f"; history has changed (epoch {table.epoch[0]} -> {table.epoch[1]})" if table.is_of_other_history else ""
        )
        typer.echo(f"  {table.fate:<10} {table.model}{rows}{history}")
    of_other_history = sum(table.is_of_other_history for table in made.tables)
    if of_other_history:
        typer.echo(f"  {of_other_history} of them built anew because history has changed")
    if made.indexes:
        typer.echo("Indexes that are missing (`truepoint doctor --apply` makes them, once the views are there)")
    for index in made.indexes:
        typer.echo(f"  {index.subject} {index.message}")
        for statement in index.ddl:
            typer.echo(f"      {statement}")
    for note in made.notes:
        typer.echo(f"Note: {note}")
