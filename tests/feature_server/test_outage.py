"""A real server process over a Postgres that is killed, halted and brought back: 503, and right again by itself."""

import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import with_database
from tests.feature_server.conftest import add_transaction, ask
from tests.feature_server.manifest import compiled, signature, write_manifest
from tests.feature_server.processes import ServerProcess, await_end, kill_postgres, server_process, stopped_postgres
from tests.feature_server.test_errors import assert_error_shape
from truepoint.postgres.embedded import EmbeddedPostgres
from truepoint.postgres.warehouse import install_schema

QUESTION = ask("account_activity", {"account_id": "A1", "amount_minor": 5, "as_of": "2026-01-01T12:00:00Z"})
STATEMENT_TIMEOUT_SECONDS = 1.0


@pytest.fixture(scope="module")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A Postgres of this module's own, with one transaction of account A1."""
    folder = Path(tempfile.mkdtemp(prefix="truepoint-outage-"))
    server = EmbeddedPostgres(folder / "postgres")
    try:
        server.start()
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            connection.execute("create database outage")
        dsn = with_database(server.dsn("postgres"), "outage")
        install_schema(dsn)
        add_transaction(dsn, "t1", occurred_at="2026-01-01T11:30:00Z", amount=42)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server process for all outages: it is never started again."""
    folder = tmp_path_factory.mktemp("server")
    manifest = write_manifest(folder, compiled(signature("account_activity")), compiled(signature("echo")))
    with server_process(
        folder,
        TRUEPOINT_DSN=with_database(postgres.dsn("postgres"), "outage"),
        TRUEPOINT_SERVER_MANIFEST_PATH=str(manifest),
        TRUEPOINT_SERVER_STATEMENT_TIMEOUT_SECONDS=str(STATEMENT_TIMEOUT_SECONDS),
        TRUEPOINT_SERVER_POOL_SIZE="3",
    ) as started:
        yield started


def assert_answers_right(server: ServerProcess) -> None:
    response = server.ask(QUESTION)
    assert response.status_code == 200, response.text
    assert response.json()["rows"][0]["values"] == {
        "account_txn_count_1h": 1,
        "account_amount_mean_30d": 42.0,
        "txn_amount_twice": 10,
    }


def assert_says_away(server: ServerProcess) -> None:
    response = server.ask(QUESTION)
    assert response.status_code == 503
    assert assert_error_shape(response)["code"] == "database_away"
    assert int(response.headers["retry-after"]) >= 1
    assert httpx.get(f"{server.url}/readyz").status_code == 503
    assert httpx.get(f"{server.url}/healthz").status_code == 200
    assert httpx.get(f"{server.url}/v1/services").status_code == 200


def assert_log_tells_the_outage_without_tracebacks(server: ServerProcess) -> None:
    log = server.log.read_text()
    assert '"code": "database_away"' in log
    assert "Traceback" not in log
    assert '"code": "internal_error"' not in log


def test_killed_postgres_gives_503_within_2_s_and_answers_within_5_s_of_its_return(
    server: ServerProcess, postgres: EmbeddedPostgres
) -> None:
    assert_answers_right(server)
    killed = kill_postgres(postgres)
    server.seconds_until(503, QUESTION, within=2)
    assert_says_away(server)
    await_end(killed)
    postgres.start()
    server.seconds_until(200, QUESTION, within=5)
    assert_answers_right(server)
    assert_log_tells_the_outage_without_tracebacks(server)
    assert httpx.get(f"{server.url}/readyz").status_code == 200


def test_postgres_stopped_in_good_order_and_started_again(server: ServerProcess, postgres: EmbeddedPostgres) -> None:
    assert_answers_right(server)
    postgres.stop()
    server.seconds_until(503, QUESTION, within=2)
    assert_says_away(server)
    postgres.start()
    server.seconds_until(200, QUESTION, within=5)
    assert_answers_right(server)
    assert_log_tells_the_outage_without_tracebacks(server)


def test_postgres_that_hangs_ends_in_503_by_timeouts(server: ServerProcess, postgres: EmbeddedPostgres) -> None:
    assert_answers_right(server)
    with stopped_postgres(postgres):
        for _ in range(4):  # on an open connection first, then on new ones
            started = time.monotonic()
            response = server.ask(QUESTION)
            assert (response.status_code, time.monotonic() - started < 5) == (503, True), response.text
            assert assert_error_shape(response)["code"] == "database_away"
    server.seconds_until(200, QUESTION, within=5)
    assert_answers_right(server)
    assert_log_tells_the_outage_without_tracebacks(server)


def test_bytes_that_are_no_http_leave_the_server_well(server: ServerProcess) -> None:
    address = (httpx.URL(server.url).host, httpx.URL(server.url).port or 0)

    @settings(max_examples=100, deadline=None, database=None)
    @given(
        sent=st.binary(min_size=1, max_size=300)
        | st.binary(max_size=80).map(lambda rest: b"POST /v1/features HTTP/1.1\r\n" + rest)
    )
    def check(sent: bytes) -> None:
        with socket.create_connection(address, timeout=5) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        assert not answer or answer.split(b" ", 2)[1].startswith(b"4"), answer

    check()
    assert_answers_right(server)
