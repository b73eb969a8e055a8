"""Runs dbt as a person would in the dbt project's folder, with the database's address in its environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from psycopg.pq import Conninfo

from truepoint.errors import WarehouseError
from truepoint.settings import Settings

ONLINE_ARGUMENTS: Final = ("compile", "--select", "path:analyses", "--target-path", "target/online")
SESSION_OPTIONS: Final = "-c timezone=UTC -c jit=off"


def postgres_environment(dsn: str) -> dict[str, str]:
    """The variables that every Postgres client reads (PGHOST, PGUSER, …), for the database of a URI, and TRUEPOINT_DSN.

    Raises WarehouseError where the URI says something that no such variable can.
    """
    given = {option.keyword.decode(): option for option in Conninfo.parse(dsn.encode()) if option.val is not None}
    nameless = [name for name, option in given.items() if option.envvar is None]
    if nameless:
        raise WarehouseError(
            f"the address of the database has the parameter {', '.join(nameless)}, which dbt cannot be given: there is "
            "no environment variable of Postgres for it."
        )
    environment = {
        option.envvar.decode(): option.val.decode()
        for option in given.values()
        if option.envvar is not None and option.val is not None
    }
    options = f"{environment.get('PGOPTIONS', '')} {SESSION_OPTIONS}".strip()
    return {"TRUEPOINT_DSN": dsn, **environment, "PGOPTIONS": options}


def ensure_packages(project: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run `dbt deps` in a project whose packages are not installed. Raises WarehouseError when it fails."""
    if (project / "packages.yml").is_file() and not (project / "dbt_packages").is_dir():
        _run(project, environment or os.environ, "--quiet", "deps")


def run_dbt(settings: Settings, dsn: str, *arguments: str) -> None:
    """Run one dbt command; what it prints goes to this process' output. Raises WarehouseError when it fails."""
    environment = {**os.environ, **postgres_environment(dsn)}
    if not sys.stdout.isatty():
        environment["DBT_USE_COLORS"] = "false"
    ensure_packages(settings.dbt_project_dir, environment)
    _run(settings.dbt_project_dir, environment, *arguments)


def _run(project: Path, environment: Mapping[str, str], *arguments: str) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", *arguments],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if result.returncode != 0:
        raise WarehouseError(f"dbt {' '.join(arguments)} failed (exit status {result.returncode}); it says why above.")
