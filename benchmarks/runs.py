"""What benchmarks over the sample share: a database of their own, and dbt runs that are timed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from truepoint.postgres_uri import postgres_environment


@dataclass(frozen=True)
class Run:
    """A dbt run: its seconds, and those of each model's statements, by name."""

    seconds: float
    by_model: dict[str, float]


@contextmanager
def own_database(dsn: str, name: str) -> Iterator[str]:
    """URI of a database that lives as long as the block."""
    with psycopg.connect(dsn, autocommit=True) as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name}")
        try:
            yield urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
        finally:
            server.execute(f"drop database {name} with (force)")


def run_command(project: Path, dsn: str, *command: str) -> None:
    """Run a command of this environment in a dbt project's folder."""
    environment = {**os.environ, **postgres_environment(dsn)}
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command],
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def run_dbt(project: Path, dsn: str, target: Path, *arguments: str) -> Run:
    """Time one `dbt run`."""
    started = time.monotonic()
    run_command(project, dsn, "dbt.cli.main", "run", *arguments, "--target-path", str(target))
    seconds = time.monotonic() - started
    results = json.loads((target / "run_results.json").read_bytes())["results"]
    models = [result for result in results if result["unique_id"].startswith("model.")]
    return Run(seconds, {result["unique_id"].split(".")[-1]: result["execution_time"] for result in models})
