"""The demo: the commands that a user would type, one after another, and one answer beside its training row.

Each step is a command of truepoint or of dbt, run as its own process and shown before it runs.
"""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import yaml
from psycopg import sql
from psycopg.rows import dict_row
from rich.console import Console
from rich.table import Table

from truepoint.bundled import copy_payments_project
from truepoint.cli.dbt import ONLINE_ARGUMENTS, run_dbt
from truepoint.compiled.manifest import training_relation
from truepoint.compiled.registry import Service, load_registry
from truepoint.errors import TruepointError, WarehouseError
from truepoint.postgres.connecting import connect
from truepoint.postgres.warehouse import ensure_warehouse
from truepoint.settings import Settings

PROJECT: Final = "payments"
SERVICE: Final = "card_fraud"
SAMPLE_ROWS: Final = 200_000
PARITY_ROWS: Final = 5_000
USUAL_PORT: Final = 8000

_SERVER_START_TIMEOUT_SECONDS: Final = 60
_SERVER_STOP_TIMEOUT_SECONDS: Final = 15

# The newest row whose features all have a value, or the newest of all: nulls show little.
_SHOWN_ROW: Final = "select * from {table} order by num_nulls({features}), as_of desc, spine_id desc limit 1"


class DemoError(TruepointError):
    """A step of the demo failed."""


@dataclass(frozen=True)
class ShownRow:
    """One training row, and what to ask the server for it."""

    values: dict[str, Any]
    request: dict[str, Any]


def run_demo(settings: Settings, *, is_check: bool, console: Console) -> bool:
    """Run all steps; serve until Ctrl-C unless `is_check`. Returns whether offline and online were equal throughout."""
    started = time.monotonic()
    ensure_payments_project(settings.dbt_project_dir, console)
    steps = _Steps(console)
    steps.truepoint("A Postgres, with the payments tables", "up")
    dsn = ensure_warehouse(settings, with_payments=True)
    steps.truepoint("A sample of payments", "sample", "--rows", str(SAMPLE_ROWS))
    steps.dbt("The online statement", settings, dsn, *ONLINE_ARGUMENTS)
    steps.dbt("The staging views", settings, dsn, "run", "--select", "staging")
    steps.truepoint("What the statement needs of the database", "doctor", "--apply")
    steps.dbt("The training table, and its tests", settings, dsn, "build")

    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    service = load_registry(settings.online_manifest_path).services[SERVICE]
    table = training_relation(settings.online_manifest_path, SERVICE)
    with _server(steps, port) as server:
        _wait_until_ready(server, url)
        steps.announce("One transaction, from the training table and from the server")
        is_equal = show_one_row(dsn, table, service, url=url, console=console)
        steps.announce("Many transactions", f"truepoint parity --rows {PARITY_ROWS} --url {url}")
        parity = subprocess.run(_truepoint("parity", "--rows", str(PARITY_ROWS), "--url", url), check=False)
        is_equal = is_equal and parity.returncode == 0
        console.print(f"\nThe demo took {time.monotonic() - started:.0f} s.")
        if not is_check:
            console.print(f"Serving at {url} (its pages: {url}/docs). Ctrl-C ends it.", style="bold")
            console.print("Postgres stays: `truepoint down` stops it.", style="bold")
            _wait_for_end(server)
    return is_equal


def ensure_payments_project(project: Path, console: Console) -> None:
    """Copy the payments project to `project` where nothing is. Raises DemoError where another project is."""
    if not project.exists():
        copy_payments_project(project)
        console.print(f"The payments project is in {project.name}/, a copy that you may change.")
        return
    try:
        name = yaml.safe_load((project / "dbt_project.yml").read_bytes()).get("name")
    except (OSError, yaml.YAMLError, AttributeError) as error:
        raise DemoError(f"{project} has no dbt_project.yml that can be read: {error}.") from error
    if name != PROJECT:
        raise DemoError(
            f"the demo shows the project {PROJECT}, and the dbt project here ({project}) is {name}. Run it in an empty "
            "folder."
        )


def show_one_row(dsn: str, table: str, service: Service, *, url: str, console: Console) -> bool:
    """Ask the server for one training row as of its time; print both sides. Returns whether they are equal."""
    shown = _pick_row(dsn, table, service)
    console.print(f"POST {url}/v1/features")
    console.print_json(json.dumps(shown.request), indent=2)
    response = httpx.post(f"{url}/v1/features", json=shown.request, timeout=30)
    if response.status_code != httpx.codes.OK:
        raise DemoError(f"the server answered {response.status_code}: {response.text}")
    row = response.json()["rows"][0]
    if row["error"] is not None:
        raise DemoError(f"the server could not answer the row: {row['error']}")
    grid = Table()
    grid.add_column("feature", overflow="fold")
    for heading in ("training table", "server"):
        grid.add_column(heading, justify="right")
    grid.add_column("")
    is_equal = True
    for feature in service.features:
        offline, online = shown.values[feature.name], row["values"][feature.name]
        is_same = type(offline) is type(online) and offline == online
        is_equal = is_equal and is_same
        grid.add_row(
            feature.name,
            repr(offline),
            repr(online),
            "equal" if is_same else "DIFFERS",
            style=None if is_same else "red",
        )
    console.print(grid)
    return is_equal


def _pick_row(dsn: str, table: str, service: Service) -> ShownRow:
    features = sql.SQL(", ").join(sql.Identifier(feature.name) for feature in service.features)
    # `table` comes quoted from dbt's manifest.
    query = sql.SQL(_SHOWN_ROW).format(table=sql.SQL(table), features=features)
    with connect(dsn, session={"TimeZone": "UTC"}) as connection, connection.cursor(row_factory=dict_row) as cursor:
        values = cursor.execute(query).fetchone()
    if values is None:
        raise DemoError(f"{table} is empty, so there is nothing to show.")
    row = {parameter.name: values[parameter.name] for parameter in service.parameters}
    row["as_of"] = values["as_of"].isoformat()
    return ShownRow(values, {"service": service.name, "rows": [row]})


class _Steps:
    """Says what comes, then runs it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._count = 0

    def announce(self, title: str, command: str | None = None) -> None:
        self._count += 1
        self._console.print(f"\n{self._count}. {title}", style="bold")
        if command is not None:
            self._console.print(f"$ {command}", style="cyan", highlight=False, soft_wrap=True)

    def truepoint(self, title: str, *arguments: str) -> None:
        self.announce(title, f"truepoint {' '.join(arguments)}")
        if subprocess.run(_truepoint(*arguments), check=False).returncode != 0:
            raise DemoError(f"`truepoint {' '.join(arguments)}` failed; it says why above.")

    def dbt(self, title: str, settings: Settings, dsn: str, *arguments: str) -> None:
        self.announce(title, f"dbt {' '.join(arguments)}")
        run_dbt(settings, dsn, *arguments)


def _truepoint(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "truepoint", *arguments]


@contextmanager
def _server(steps: _Steps, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server process, ended when the block ends."""
    steps.announce("The server", f"truepoint serve --port {port}")
    process = subprocess.Popen(_truepoint("serve", "--port", str(port)), stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_SERVER_STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _SERVER_START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise DemoError(f"the server ended (exit status {server.returncode}); it says why above.")
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise DemoError(f"the server at {url} was not ready after {_SERVER_START_TIMEOUT_SECONDS} s.")


def _wait_for_end(server: subprocess.Popen[bytes]) -> None:
    """Wait for Ctrl-C or a SIGTERM, or for the server to end by itself."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = server.wait()
    except KeyboardInterrupt:
        return
    if status not in (0, -signal.SIGINT):
        raise DemoError(f"the server ended (exit status {status}).")


def _free_port() -> int:
    """Return the usual port of the server when it is free, else another."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise WarehouseError("no port is free on 127.0.0.1.")
