"""Which service a command means."""

from pathlib import Path

import typer

from truepoint.compiled.registry import load_registry


def choose_service(given: str | None, manifest_path: Path) -> str:
    """The service that was given, or the only one of the manifest. Ends the command where it has several."""
    if given is not None:
        return given
    services = list(load_registry(manifest_path).services)
    if len(services) > 1:
        raise typer.BadParameter(f"there are several services: {', '.join(services)}.", param_hint="--service")
    return services[0]
