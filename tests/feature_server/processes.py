"""A real server process, and a Postgres that a test may kill."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from truepoint.postgres.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class ServerProcess:
    """A started uvicorn process; its log is on disk."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def ask(self, body: dict[str, object]) -> httpx.Response:
        """Ask for features, on a connection of its own."""
        return httpx.post(f"{self.url}/v1/features", json=body, timeout=30)

    def seconds_until(self, status: int, body: dict[str, object], *, within: float) -> float:
        """Ask until the answer has this status; return how long that took, and fail after `within` seconds."""
        started = time.monotonic()
        while True:
            response = self.ask(body)
            elapsed = time.monotonic() - started
            if response.status_code == status:
                return elapsed
            assert elapsed < within, f"after {elapsed:.1f} s still {response.status_code}: {response.text}"
            time.sleep(0.02)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def uvicorn_command(port: int) -> list[str]:
    """Return the documented command."""
    return [
        sys.executable, "-m", "uvicorn", "feature_server.main:create_app", "--factory",
        "--host", "127.0.0.1", "--port", str(port),
        "--http", "feature_server.connections:BoundedConnection", "--timeout-graceful-shutdown", "10",
    ]  # fmt: skip


def server_environment(**variables: str) -> dict[str, str]:
    """Return this environment with only the given variables of truepoint."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("TRUEPOINT_")}
    return {**rest, "PYTHONPATH": str(ROOT), **variables}


@contextmanager
def server_process(folder: Path, **variables: str) -> Iterator[ServerProcess]:
    """Run uvicorn until the end of the block, then stop it as a service manager would."""
    port = free_port()
    log = folder / "server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            uvicorn_command(port), env=server_environment(**variables), cwd=folder, stdout=stream, stderr=stream
        )
    server = ServerProcess(process, f"http://127.0.0.1:{port}", log)
    try:
        await_health(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def kill_postgres(server: EmbeddedPostgres) -> int:
    """Kill the postmaster as the kernel would on lack of memory; its children end with it. Return its process id."""
    postmaster = server.postmaster()
    assert postmaster is not None
    os.kill(postmaster.pid, signal.SIGKILL)
    return postmaster.pid


def await_end(pid: int) -> None:
    """Wait until the process table has forgotten a process: a zombie's socket lock file still counts as taken."""
    deadline = time.monotonic() + 30
    while psutil.pid_exists(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.05)


@contextmanager
def stopped_postgres(server: EmbeddedPostgres) -> Iterator[None]:
    """Halt the postmaster and all its children: connections stay open, and nobody answers."""
    postmaster = server.postmaster()
    assert postmaster is not None
    parent = psutil.Process(postmaster.pid)
    processes = [parent, *parent.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def await_health(server: ServerProcess) -> None:
    """Wait until the server answers; fail with its log when it ends instead."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log.read_text()
        try:
            if httpx.get(f"{server.url}/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start: {server.log.read_text()}")
