"""Who may run the embedded server: root by an account of its own, anyone over a folder of theirs and no other."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from truepoint.errors import WarehouseError
from truepoint.postgres.embedded import SYSTEM_USER, EmbeddedPostgres

NOBODY = 65534
IS_ROOT = os.geteuid() == 0

# Everything is imported before the account changes: the interpreter may lie where only root may read.
_AS_ACCOUNT = """
import encodings.idna, os, sys
import psycopg, psutil
from pathlib import Path
from truepoint.postgres.embedded import EmbeddedPostgres
from truepoint.errors import WarehouseError

uid, folder = int(sys.argv[1]), Path(sys.argv[2])
if os.geteuid() != uid:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
server = EmbeddedPostgres(folder, extra_settings={"fsync": "off", "shared_buffers": "16MB"})
try:
    server.start()
    with psycopg.connect(server.dsn("postgres")) as connection:
        print("answer", connection.execute("select 42").fetchone()[0], folder.stat().st_uid)
    server.stop()
except WarehouseError as error:
    print("refused:", error)
"""


def _run_as(uid: int, folder: Path) -> str:
    result = subprocess.run(
        [sys.executable, "-c", _AS_ACCOUNT, str(uid), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=Path(__file__).resolve().parents[3],
    )
    return result.stdout.strip()


def test_a_user_other_than_root_runs_the_server_itself(short_folder: Path) -> None:
    uid = NOBODY if IS_ROOT else os.geteuid()
    os.chown(short_folder, uid, -1)
    assert _run_as(uid, short_folder / "postgres") == f"answer 42 {uid}"


def test_root_runs_the_server_as_the_folder_s_owner(short_folder: Path) -> None:
    uid = NOBODY if IS_ROOT else os.geteuid()
    os.chown(short_folder, uid, -1)
    _run_as(uid, short_folder / "postgres")
    server = EmbeddedPostgres(short_folder / "postgres")
    try:
        server.start()
        assert (short_folder / "postgres" / "postmaster.pid").stat().st_uid == uid
    finally:
        server.stop()


def test_root_runs_a_new_server_as_an_account_of_its_own(short_folder: Path) -> None:
    server = EmbeddedPostgres(short_folder / "postgres")
    try:
        server.start()
        owner = (short_folder / "postgres").stat().st_uid
    finally:
        server.stop()
    assert owner == (pwd.getpwnam(SYSTEM_USER).pw_uid if IS_ROOT else os.geteuid())


def test_what_root_opens_for_the_server_s_account_is_said(short_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    closed = short_folder / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "postgres")
    try:
        server.start()
        assert (f"{closed} (700 to 701)" in caplog.text) is IS_ROOT
        caplog.clear()
        server.stop()
        server.start()
        assert caplog.text == ""
    finally:
        server.stop()
    assert closed.stat().st_mode & 0o777 == (0o701 if IS_ROOT else 0o700)


def test_folder_of_another_user_is_refused_with_both_names(short_folder: Path) -> None:
    if IS_ROOT:
        server = EmbeddedPostgres(short_folder / "postgres")
        try:
            server.start()
            assert f"belongs to {SYSTEM_USER}, and you are nobody" in _run_as(NOBODY, short_folder / "postgres")
        finally:
            server.stop()
    else:
        with pytest.raises(WarehouseError, match="belongs to root, and you are"):
            EmbeddedPostgres(Path("/truepoint-test") / "postgres").start()


def test_folder_where_nothing_may_be_written_is_refused(short_folder: Path) -> None:
    closed = short_folder / "closed"
    closed.mkdir(mode=0o555)
    uid = NOBODY if IS_ROOT else os.geteuid()
    assert _run_as(uid, closed / "data" / "postgres").startswith("refused:")
