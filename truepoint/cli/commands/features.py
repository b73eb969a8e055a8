"""`truepoint features` and `truepoint services`: what is defined, read from what dbt compiled."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from truepoint.compiled.registry import Registry

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

features = typer.Typer(no_args_is_help=True, help="The features of the compiled services.")
services = typer.Typer(no_args_is_help=True, help="The services, as compiled.")


@features.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List every feature that a service has: its type, and the services."""
    from dataclasses import asdict

    from truepoint.compiled.features import list_features

    found = list_features(_registry())
    if as_json:
        _print_json([asdict(feature) for feature in found])
    else:
        rows = ((feature.name, feature.type, ", ".join(feature.services)) for feature in found)
        _print_table(("feature", "type", "services"), rows)


@features.command()
def show(name: Annotated[str, typer.Argument(help="Name of a feature.")], as_json: AsJson = False) -> None:
    """Show one feature: what it says of itself, and its definition."""
    import json
    from dataclasses import asdict

    from truepoint.compiled.features import find_feature

    feature = find_feature(_registry(), name)
    if as_json:
        _print_json(asdict(feature))
        return
    lines = {
        "feature": feature.name,
        "type": feature.type,
        "view": feature.view,
        "key": ", ".join(feature.entity) or "none: it is derived from others",
        "events": feature.events or "those of its inputs",
        "services": ", ".join(feature.services),
        "definition": ", ".join(f"{key}: {_as_text(json.dumps(value))}" for key, value in feature.definition.items()),
        "description": feature.description,
    }
    for label, text in lines.items():
        typer.echo(f"{label:<12} {text}")


@services.command("list")
def list_services(as_json: AsJson = False) -> None:
    """List the services: their keys, request fields, features, and the version of their definition."""
    found = _registry().services.values()
    if as_json:
        _print_json(
            [
                {
                    "name": service.name,
                    "description": service.description,
                    "definition_version": service.definition_version,
                    "entities": _named(service.parameters, "entity"),
                    "request": _named(service.parameters, "request"),
                    "features": [feature.name for feature in service.features],
                }
                for service in found
            ]
        )
        return
    rows = (
        (
            service.name,
            ", ".join(_named(service.parameters, "entity")),
            ", ".join(_named(service.parameters, "request")),
            str(len(service.features)),
            service.definition_version,
        )
        for service in found
    )
    _print_table(("service", "keys", "request fields", "features", "version"), rows)


def _named(parameters: Iterable[Any], role: str) -> dict[str, str]:
    return {parameter.name: parameter.type for parameter in parameters if parameter.role == role}


def _registry() -> "Registry":
    from truepoint.compiled.registry import load_registry
    from truepoint.settings import load_settings

    return load_registry(load_settings().online_manifest_path)


def _as_text(value: str) -> str:
    return value.strip('"')


def _print_json(report: object) -> None:
    import json

    typer.echo(json.dumps(report, indent=2, ensure_ascii=False))


def _print_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for place, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
