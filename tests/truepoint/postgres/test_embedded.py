"""The embedded server: its life, and what can go wrong with its folder. Each test has a server of its own."""

import asyncio
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psycopg
import pytest

from truepoint.errors import WarehouseError
from truepoint.postgres.embedded import EmbeddedPostgres
from truepoint.postgres.warehouse import ensure_warehouse, running_dsn, stop_warehouse, warehouse_status
from truepoint.settings import Settings

_QUICK = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def server(short_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server over a new folder, not started."""
    server = EmbeddedPostgres(short_folder / "postgres", extra_settings=_QUICK)
    yield server
    server.stop()


def _select(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_server_starts_is_reused_and_stops_and_keeps_its_data(server: EmbeddedPostgres) -> None:
    first = server.start()
    with psycopg.connect(server.dsn("postgres")) as connection:
        connection.execute("create table kept as select 42 as answer")
    assert server.start() == first
    assert server.stop() is True
    assert server.postmaster() is None
    assert server.stop() is False
    server.start()
    assert _select(server.dsn("postgres"), "select answer from kept") == 42


def test_settings_are_in_force(server: EmbeddedPostgres) -> None:
    server.start()
    dsn = server.dsn("postgres")
    assert _select(dsn, "show timezone") == "UTC"
    assert _select(dsn, "show jit") == "off"
    assert _select(dsn, "show listen_addresses") == ""


def test_only_the_server_s_account_may_enter_the_socket_folder(server: EmbeddedPostgres) -> None:
    folder = server.start().socket_folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert server.data_folder.stat().st_uid == folder.stat().st_uid != 0


def test_asyncpg_takes_the_uri(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    server.start()
    monkeypatch.setenv("PGPORT", "1")  # another server's, in the environment

    async def ask() -> int:
        connection = await asyncpg.connect(server.dsn("postgres"))
        try:
            return int(await connection.fetchval("select 42"))
        finally:
            await connection.close()

    assert asyncio.run(ask()) == 42
    assert _select(server.dsn("postgres"), "select 42") == 42


@pytest.mark.parametrize("name", ["a folder's name & more", "long-" + "x" * 120, "ö"], ids=["odd", "long", "not-ascii"])
def test_any_folder_name_works(short_folder: Path, name: str) -> None:
    folder = short_folder / name
    server = EmbeddedPostgres(folder / "postgres", extra_settings=_QUICK)
    try:
        socket_folder = server.start().socket_folder
        assert server.start().socket_folder == socket_folder
        assert _select(server.dsn("postgres"), "select 42") == 42
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    finally:
        server.stop()
    assert socket_folder == server.data_folder or not socket_folder.exists()


def test_folder_that_a_shell_would_misread_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="TRUEPOINT_DATA_DIR"):
        EmbeddedPostgres(tmp_path / "$(touch injected)" / "postgres").start()


def test_server_starts_again_after_kill_9(server: EmbeddedPostgres) -> None:
    killed = server.start()
    with psycopg.connect(server.dsn("postgres")) as busy:
        busy.execute("create table kept as select 42 as answer")
        busy.commit()
        backend = busy.info.backend_pid
        # A backend stopped in its tracks outlives its postmaster and holds the shared memory.
        os.kill(backend, signal.SIGSTOP)
        os.kill(killed.pid, signal.SIGKILL)
        while server.postmaster() is not None:
            time.sleep(0.01)
        assert server.start().pid != killed.pid
    assert _select(server.dsn("postgres"), "select answer from kept") == 42


def test_lock_file_whose_process_id_now_is_another_process_s_is_stale(server: EmbeddedPostgres) -> None:
    server.start()
    lock_file = server.data_folder / "postmaster.pid"
    lines = lock_file.read_text().splitlines(keepends=True)
    server.stop()
    stranger = subprocess.Popen(
        ["sleep", "60"],
        user=server.data_folder.stat().st_uid if _is_root() else None,
    )
    try:
        lock_file.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        assert server.postmaster() is None
        assert server.start().pid != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_folder_with_other_files_is_refused(server: EmbeddedPostgres) -> None:
    server.data_folder.mkdir()
    (server.data_folder / "letter.txt").touch()
    with pytest.raises(WarehouseError, match="holds files but no Postgres database"):
        server.start()


def test_folder_of_another_major_version_is_refused(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.data_folder / "PG_VERSION").write_text("14\n")
    with pytest.raises(WarehouseError, match="made by Postgres 14"):
        server.start()


def test_setting_that_postgres_refuses_is_shown_with_the_log(short_folder: Path) -> None:
    server = EmbeddedPostgres(short_folder / "postgres", extra_settings={"shared_buffers": "much"})
    with pytest.raises(WarehouseError, match="invalid value for parameter"):
        server.start()


def test_warehouse_is_embedded_without_a_dsn(short_folder: Path) -> None:
    settings = Settings(data_dir=short_folder, dsn=None)
    try:
        dsn = ensure_warehouse(settings)
        assert ensure_warehouse(settings) == dsn == running_dsn(settings)
        assert (
            _select(dsn, "select datlocprovider::text || datlocale from pg_database where datname = 'truepoint'")
            == "bC.UTF-8"
        )
        status = warehouse_status(settings)
        assert status.is_running
        assert status.is_embedded
        assert "no TCP port" in status.reach
        assert (status.version or "").startswith("18.")
    finally:
        assert stop_warehouse(settings) is True


def _is_root() -> bool:
    return os.geteuid() == 0
