"""The command `truepoint serve`: where it listens, how it ends."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.feature_server.conftest import ask
from tests.feature_server.manifest import compiled, row_for_echo, signature, write_manifest
from tests.feature_server.processes import ServerProcess, await_health, free_port, server_environment


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dbt project folder with an online manifest where dbt leaves it."""
    online = tmp_path / "target" / "online"
    online.mkdir(parents=True)
    write_manifest(online, compiled(signature("account_activity")), compiled(signature("echo")))
    return tmp_path


@contextmanager
def serve(project: Path, dsn: str) -> Iterator[ServerProcess]:
    port = free_port()
    log = project / "serve.log"
    command = [sys.executable, "-c", "from truepoint.cli import app; app()", "serve", "--port", str(port)]
    environment = server_environment(TRUEPOINT_DSN=dsn, TRUEPOINT_DBT_PROJECT_DIR=str(project))
    with log.open("wb") as stream:
        process = subprocess.Popen(command, env=environment, cwd=project, stdout=stream, stderr=stream)
    try:
        yield ServerProcess(process, f"http://127.0.0.1:{port}", log)
    finally:
        process.kill()
        process.wait()


def test_serve_answers_and_ends_in_good_order_with_requests_under_way_answered(
    project: Path, database_dsn: str
) -> None:
    with serve(project, database_dsn) as server:
        await_health(server)
        statuses: list[int] = []
        body = ask("echo", row_for_echo(say="sleep"))
        slow = threading.Thread(target=lambda: statuses.append(server.ask(body).status_code))
        slow.start()
        time.sleep(0.7)
        server.process.send_signal(signal.SIGTERM)
        slow.join(timeout=20)
        server.process.wait(timeout=20)
        assert statuses == [200]
        assert "Traceback" not in server.log.read_text()
    with psycopg.connect(database_dsn) as connection:
        left = connection.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and application_name = 'truepoint feature server'"
        ).fetchone()
    assert left == (0,)


def test_serve_over_a_database_that_does_not_fit_ends_with_status_1_and_one_sentence(
    project: Path, database_dsn: str
) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute("alter table payments.transactions rename column base_amount_minor to amount")
    with serve(project, database_dsn) as server:
        assert server.process.wait(timeout=30) == 1
        log = server.log.read_text()
    assert (
        "payments.transactions has not what is declared: base_amount_minor is declared bigint and is not there" in log
    )
    assert "Traceback" not in log


def test_serve_without_a_manifest_says_how_to_compile_it(project: Path, database_dsn: str) -> None:
    (project / "target" / "online" / "manifest.json").unlink()
    with serve(project, database_dsn) as server:
        assert server.process.wait(timeout=30) == 1
        log = server.log.read_text()
    assert "dbt compile --select path:analyses" in log
    assert "Traceback" not in log
