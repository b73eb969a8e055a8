"""Runs dbt as a person would in the dbt project's folder, with the database's address in its environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from truepoint.errors import WarehouseError
from truepoint.postgres_uri import postgres_environment
from truepoint.settings import Settings

ONLINE_ARGUMENTS: Final = ("compile", "--select", "path:analyses", "--target-path", "target/online")
PLAN_ARGUMENTS: Final = (
    *("--quiet", "compile", "--select", "path:analyses", "config.materialized:versioned_table"),
    *("--target-path", "target/plan"),
)


def ensure_packages(project: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run `dbt deps` in a project whose packages are not there, or no more. Raises WarehouseError when it fails."""
    folder = project / "dbt_packages"
    packages = list(folder.iterdir()) if folder.is_dir() else []
    is_there = bool(packages) and all(package.exists() for package in packages)  # links may lead nowhere
    if (project / "packages.yml").is_file() and not is_there:
        _run(project, environment or os.environ, "--quiet", "deps")


def run_dbt(settings: Settings, dsn: str, *arguments: str, is_aside: bool = False) -> None:
    """Run one dbt command; what it prints goes to this process' output. Raises WarehouseError when it fails.

    is_aside: it goes to the error output instead, where the command's own output is for a program.
    """
    settings.require_project()
    environment = {**os.environ, **postgres_environment(dsn)}
    if not sys.stdout.isatty():
        environment["DBT_USE_COLORS"] = "false"
    ensure_packages(settings.dbt_project_dir, environment)
    _run(settings.dbt_project_dir, environment, *arguments, is_aside=is_aside)


def _run(project: Path, environment: Mapping[str, str], *arguments: str, is_aside: bool = False) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", *arguments],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=2 if is_aside else None,
        check=False,
    )
    if result.returncode != 0:
        raise WarehouseError(f"dbt {' '.join(arguments)} failed (exit status {result.returncode}); it says why above.")
