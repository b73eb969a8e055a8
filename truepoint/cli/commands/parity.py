"""`truepoint parity`: the training table against the running server."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from consistency import ParityReport

EXIT_DIFFERENT = 1
MUTABILITY = (
    "Where definitions agree, values differ because the history changed since the build: was a row updated in place, "
    "deleted, or written with a past known time? `dbt build` says which relation changed, and builds anew."
)


def parity(
    rows: Annotated[
        int, typer.Option(min=1, help="Training rows to compare; all of them when there are fewer.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="Chooses the rows. The same seed gives the same rows.")] = 1,
    service: Annotated[str | None, typer.Option(help="Feature service to compare. Default: the only one.")] = None,
    url: Annotated[str, typer.Option(help="Address of the running feature server.")] = "http://127.0.0.1:8000",
    tolerance: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of differing values that still passes, 0 to 1.")
    ] = 0.0,
    json_path: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="Write the report to this file as JSON.")
    ] = None,
) -> None:
    """Compare the training table (offline) with the running server (online), exactly, value by value.

    Whether the server knows a row's keys (`found`) is compared with the events themselves, at no tolerance.

    Exit status: 0 when at most --tolerance of the values differ and every row was answered; 1 otherwise, also when
    there was nothing to compare; 2 for a wrong option.
    """
    import asyncio
    import json

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from consistency import compare
    from truepoint.cli.services import choose_service
    from truepoint.compiled.manifest import training_relation
    from truepoint.compiled.registry import load_registry
    from truepoint.errors import WarehouseError
    from truepoint.postgres.warehouse import running_dsn
    from truepoint.settings import load_settings

    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter(f"{url} is no address: give one such as http://127.0.0.1:8000.", param_hint="--url")
    settings = load_settings()
    manifest_path = settings.online_manifest_path
    services = load_registry(manifest_path).services
    service = choose_service(service, manifest_path)
    if service not in services:
        known = ", ".join(sorted(services)) or "none"
        raise typer.BadParameter(f"there is no service {service}; the manifest holds: {known}.", param_hint="--service")
    table = training_relation(manifest_path, service)
    dsn = running_dsn(settings)
    if dsn is None:
        raise WarehouseError("No database is running. Start it with `truepoint up`, or set TRUEPOINT_DSN.")

    console = Console()
    columns = (TextColumn("Comparing"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Comparing", total=None)
        report = asyncio.run(
            compare(
                services[service],
                dsn,
                table=table,
                url=url.rstrip("/"),
                rows=rows,
                seed=seed,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        )
    if json_path is not None:
        json_path.parent.mkdir(parents=True, exist_ok=True)
        json_path.write_text(json.dumps(report.to_json(tolerance), indent=2, allow_nan=False) + "\n", encoding="utf-8")
    print_report(report, tolerance, console=console)
    if not report.passes(tolerance):
        raise typer.Exit(EXIT_DIFFERENT)


def print_report(report: "ParityReport", tolerance: float, *, console: "Console") -> None:
    """One table line per feature, the worst difference, and a verdict of one line."""
    from rich.table import Table

    for line in (f"{report.service}: {report.training_table}", f"against {report.url}"):
        console.print(line, markup=False, soft_wrap=True)
    table = Table()
    table.add_column("feature", overflow="fold")
    for heading in ("rows", "nulls", "differ", "by up to"):
        table.add_column(heading, justify="right", no_wrap=True)  # in 80 columns, only names fold
    for feature in report.features:
        largest = "" if feature.largest_difference is None else f"{feature.largest_difference:.3g}"
        style = "bold red" if feature.differing else None
        counts = (f"{feature.values:,}", f"{feature.nulls:,}", f"{feature.differing:,}")
        table.add_row(feature.name, *counts, largest, style=style)
    console.print(table)
    for feature in (*report.features, *report.found):
        one_null = f"{feature.only_one_null:,} null on one side only; " if feature.only_one_null else ""
        for worst in feature.worst[:1]:
            console.print(
                f"{feature.name}: {one_null}row {worst.spine_id}, {dict(worst.keys)}, as of {worst.as_of}: "
                f"offline {worst.offline!r}, online {worst.online!r}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
    for error in report.row_errors[:3]:
        text = f"Row {error.spine_id} as of {error.as_of} was not answered: {error.message}"
        console.print(text, markup=False, soft_wrap=True)
    if report.rows_failed:
        console.print(f"{report.rows_failed:,} rows were not answered, so this is no pass.", style="bold red")
    for note in report.notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    if report.differing or report.found_differing:
        console.print(MUTABILITY, markup=False, highlight=False, soft_wrap=True)
    if report.found:
        console.print(
            f"found: {sum(view.values for view in report.found):,} answers compared with the events, "
            f"{report.found_differing:,} differ.",
            highlight=False,
            soft_wrap=True,
        )
    verdict = "equal" if report.passes(0.0) else "within tolerance" if report.passes(tolerance) else "NOT EQUAL"
    allowed = f", tolerance {tolerance:.4%}" if tolerance else ""
    console.print(
        f"{report.values:,} values of {report.rows:,} rows compared, {report.differing:,} differ "
        f"({report.share:.4%}{allowed}) in {report.seconds:.1f} s: {verdict}.",
        highlight=False,
        soft_wrap=True,
    )
