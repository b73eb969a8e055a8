"""`truepoint doctor`: examine a database for what the definitions need."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from truepoint.postgres.doctor import Examination


def doctor(
    apply: Annotated[
        bool, typer.Option("--apply", help="Make the missing indexes (concurrently) and settings.")
    ] = False,
    ddl: Annotated[bool, typer.Option("--ddl", help="Print the guards' DDL too, which a person has to run.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check that the database has what the definitions need, and print the DDL it lacks.

    Looks at relations and types, each online statement, and at every event table: its guard, known times, changed
    rows, storage settings, and indexes (by EXPLAIN).
    Exit status 1 when anything is missing.
    """
    import asyncio

    from rich.console import Console

    from truepoint.compiled.manifest import mutable_columns
    from truepoint.compiled.registry import load_registry
    from truepoint.postgres.doctor import apply_missing, examine
    from truepoint.postgres.warehouse import ensure_warehouse
    from truepoint.settings import load_settings

    settings = load_settings()
    registry = load_registry(settings.online_manifest_path)
    mutable = mutable_columns(settings.online_manifest_path)
    dsn = ensure_warehouse(settings) if settings.dsn is None else settings.dsn.get_secret_value()
    progress = Console(stderr=True)

    async def run() -> "tuple[Examination, tuple[tuple[str, str], ...]]":
        failed: tuple[tuple[str, str], ...] = ()
        with progress.status("Examining the database"):
            examination = await examine(dsn, registry, mutable=mutable)
        if apply and examination.applicable:
            failed = await apply_missing(
                dsn, examination, on_statement=lambda text: progress.print(text, markup=False, highlight=False)
            )
            with progress.status("Examining the database again"):
                examination = await examine(dsn, registry, mutable=mutable)
        return examination, failed

    examination, failed = asyncio.run(run())
    for statement, why in failed:
        typer.echo(f"truepoint: not made: {why}. Statement: {statement}", err=True)
    if as_json:
        _print_json(examination)
    else:
        _print_table(examination, with_guards=ddl)
    if examination.missing or failed:
        raise typer.Exit(1)


def _print_json(examination: "Examination") -> None:
    import json
    from dataclasses import asdict

    report = {
        "database": examination.database,
        "missing": len(examination.missing),
        "findings": [asdict(finding) for finding in examination.findings],
        "ddl": list(examination.ddl),
    }
    typer.echo(json.dumps(report, indent=2))


def _print_table(examination: "Examination", *, with_guards: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=examination.database)
    for heading in ("check", "of", "", "found"):
        table.add_column(heading, overflow="fold")  # a long name goes on in the next line, rather than be cut
    for finding in examination.findings:
        mark = Text("ok", style="green") if finding.is_ok else Text("missing", style="bold red")
        table.add_row(finding.check, Text(finding.subject), mark, Text(finding.message))
    Console().print(table)
    if examination.applicable:
        typer.echo("\n-- What is missing; `truepoint doctor --apply` makes these:")
        for statement in examination.applicable:
            typer.echo(statement.rstrip(";") + ";")
    if examination.by_hand and not with_guards:
        typer.echo(
            f"\n{len(examination.by_hand)} statements would change what writers may do, so a person runs them: "
            "`truepoint guard` as named above, or\n`truepoint doctor --ddl`, which prints them all."
        )
    if examination.by_hand and with_guards:
        typer.echo("\n-- What is missing, and changes what writers may do: to be run by hand.")
        for statement in examination.by_hand:
            typer.echo(statement.rstrip(";") + ";")
    typer.echo(f"\n{len(examination.findings)} things looked at, {len(examination.missing)} missing.")
