"""Runs dbt as a person would in the dbt project's folder, with the database's address in its environment."""

import os
import subprocess
import sys
from typing import Final

from truepoint.errors import WarehouseError
from truepoint.settings import Settings

ONLINE_ARGUMENTS: Final = ("compile", "--select", "path:analyses", "--target-path", "target/online")


def run_dbt(settings: Settings, dsn: str, *arguments: str) -> None:
    """Run one dbt command; what it prints goes to this process' output. Raises WarehouseError when it fails."""
    environment = {**os.environ, "TRUEPOINT_DSN": dsn, "PGOPTIONS": "-c timezone=UTC -c jit=off"}
    if not sys.stdout.isatty():
        environment["DBT_USE_COLORS"] = "false"
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", *arguments],
        cwd=settings.dbt_project_dir,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if result.returncode != 0:
        raise WarehouseError(f"dbt {' '.join(arguments)} failed (exit status {result.returncode}); it says why above.")
