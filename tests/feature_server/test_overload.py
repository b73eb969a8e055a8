"""More than the server takes, or slower than it waits, is told at once and in order; and it stays well."""

import asyncio
import json
import resource
import signal
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from feature_server import connections
from feature_server.admission import SMALL_BODY_BYTES, Admission
from feature_server.errors import OverloadedError
from feature_server.logs import RepeatedLines
from feature_server.main import create_app
from tests.feature_server.asgi import serving
from tests.feature_server.conftest import MakeSettings, ask
from tests.feature_server.manifest import row_for_echo
from tests.feature_server.processes import server_process

PATH = "/v1/features"
JSON = {"content-type": "application/json"}
STALLED = b"POST /v1/features HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"


async def test_requests_beyond_the_bound_are_told_at_once_and_others_are_answered(make_settings: MakeSettings) -> None:
    settings = make_settings(pool_size=1, max_waiting=1, connect_timeout_seconds=10)
    async with serving(create_app(settings)) as client:
        await client.post(PATH, json=ask("echo", row_for_echo()))
        slow = asyncio.create_task(client.post(PATH, json=ask("echo", row_for_echo(say="sleep"))))
        await asyncio.sleep(0.2)
        started = time.monotonic()
        rest = await asyncio.gather(*(client.post(PATH, json=ask("echo", row_for_echo())) for _ in range(30)))
        codes = [answer.status_code if answer.is_success else answer.json()["error"]["code"] for answer in rest]
        assert sorted(codes, key=str) == [200] + ["overloaded"] * 29
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in rest if answer.status_code == 503)
        assert (await slow).status_code == 200
        assert time.monotonic() - started < 10
        assert (await client.post(PATH, json=ask("echo", row_for_echo()))).status_code == 200


def test_retry_after_is_what_the_latest_requests_took(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    admission = Admission(connections=1, max_waiting=0, max_body_bytes=1000, retry_after_seconds=2)
    assert admission.seconds_to_wait() == 2
    for _ in range(30):
        with admission.request():
            now[0] += 7
            with pytest.raises(OverloadedError), admission.request():
                pass
    assert admission.seconds_to_wait() == 7


def test_bytes_of_large_bodies_are_bounded_and_given_back() -> None:
    admission = Admission(connections=1, max_waiting=0, max_body_bytes=100_000, retry_after_seconds=1)
    with admission.body() as large:
        large.add(16 * 100_000 + SMALL_BODY_BYTES)
        with admission.body() as small:
            small.add(SMALL_BODY_BYTES)
            with pytest.raises(OverloadedError):
                small.add(1)
    with admission.body() as next_one:
        next_one.add(100_000)


async def test_a_body_that_does_not_come_is_given_up(make_settings: MakeSettings) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield b'{"service": '
        await asyncio.sleep(60)

    async with serving(create_app(make_settings(body_timeout_seconds=0.2))) as client:
        response = await client.post(PATH, content=stalled(), headers=JSON)
        assert (response.status_code, response.json()["error"]["code"]) == (408, "body_timeout")
        assert response.headers["connection"] == "close"
        assert (await client.post(PATH, json=ask("echo", row_for_echo()))).status_code == 200


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('{"service": "account_activity", "rows": [{"account_id": "A1", "amount_minor": 5},'
         ' {"account_id": "A1", "amount_minor": 5, "account_id": "A2"}]}', (1, "account_id")),
        ('{"service": "account_activity", "rows": [{"account_id": "A1", "amount_minor": 5, "amount\\u005fminor": 5}]}',
         (0, "amount_minor")),
        ('{"service": "account_activity", "rows": [], "rows": [{"account_id": "A1", "amount_minor": 5}]}',
         (None, "rows")),
        ('{"service": "echo", "service": "account_activity", "rows": [{"account_id": "A1", "amount_minor": 5}]}',
         (None, "service")),
    ],
    ids=["row", "escaped", "rows", "service"],
)  # fmt: skip
async def test_a_name_that_stands_twice_is_refused(
    client: httpx.AsyncClient, body: str, place: tuple[int | None, str]
) -> None:
    response = await client.post(PATH, content=body, headers=JSON)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "invalid_request"), error
    assert [(detail["row"], detail["field"]) for detail in error["details"]] == [place]
    assert "stands twice" in error["message"]


def test_lines_that_tell_the_same_are_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lines = RepeatedLines(limit=2, seconds=10)
    assert [lines.count("a") for _ in range(5)] == [0, 0, None, None, None]
    assert lines.count("b") == 0
    now[0] = 10.0
    assert [lines.count("a"), lines.count("a"), lines.count("a")] == [3, 0, None]


def test_connections_are_never_more_than_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, allowed in ((256, 156), (1024, 924), (65536, 1000), (-1, 1000)):
        monkeypatch.setattr(resource, "getrlimit", lambda _kind, files=files: (files, files))
        assert connections.connection_limit() == allowed


def test_half_sent_headers_and_stalled_bodies_end_and_the_server_stops_beside_them(
    tmp_path: Path, database_dsn: str, manifest_path: Path
) -> None:
    with server_process(
        tmp_path,
        TRUEPOINT_DSN=database_dsn,
        TRUEPOINT_SERVER_MANIFEST_PATH=str(manifest_path),
        TRUEPOINT_SERVER_BODY_TIMEOUT_SECONDS="1",
    ) as server:
        port = int(server.url.rpartition(":")[2])
        sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(1100)]
        try:
            for one in sockets:
                one.settimeout(30)
                try:
                    one.sendall(b"POST /v1/features HTTP/1.1\r\nhost:")
                except OSError:
                    continue  # it was one too many
            time.sleep(4)
            sockets[0].sendall(b" x")  # does not move the time at which headers are due
            ends = [_ends(one) for one in sockets]
            assert all(ends)
        finally:
            for one in sockets:
                one.close()
        assert server.ask(ask("echo", row_for_echo())).status_code == 200
        with socket.create_connection(("127.0.0.1", port)) as stalled:
            stalled.settimeout(30)
            stalled.sendall(STALLED)
            answer = stalled.recv(4096)
            assert answer.startswith(b"HTTP/1.1 408")
        with socket.create_connection(("127.0.0.1", port)) as stalled:
            stalled.sendall(STALLED)
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(timeout=15)
        log = server.log.read_text()
    assert "Traceback" not in log
    assert len(log) < 20_000
    assert any(json.loads(line)["event"] == "headers_timeout" for line in log.splitlines() if line.startswith("{"))


def _ends(one: socket.socket) -> bool:
    try:
        return one.recv(1) == b""
    except ConnectionError:
        return True
