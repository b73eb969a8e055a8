"""The `truepoint` command: its list, its messages and its exit statuses."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from truepoint.cli import app


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_version() -> None:
    result = _run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("truepoint 0.")


def test_without_a_command_the_help_lists_them() -> None:
    result = _run()
    for command in (
        "up",
        "down",
        "status",
        "dsn",
        "sample",
        "load",
        "lake",
        "training-set",
        "serve",
        "doctor",
        "parity",
        "demo",
    ):
        assert f" {command} " in result.output


def test_an_expected_error_is_one_message_and_exit_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", "nonsense")
    result = _run("up")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("truepoint: TRUEPOINT_DSN: ")
    assert "Traceback" not in result.stderr


def test_a_wrong_option_is_exit_status_2() -> None:
    assert _run("up", "--no-such-option").exit_code == 2


def test_up_and_dsn_and_status_with_a_given_server(database_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    with psycopg.connect(database_dsn) as connection:
        connection.execute("drop table payments.chargebacks")
    assert _run("up").exit_code == 0
    assert _run("dsn").stdout.strip() == database_dsn
    status = _run("status").stdout
    assert "payments.chargebacks" in status
    assert "of TRUEPOINT_DSN" in status


def test_up_says_what_it_made(database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    assert "the guarded tables of schema payments" in _run("up").stderr
    (tmp_path / "dbt_project.yml").write_text("name: shop\n", encoding="utf-8")
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(tmp_path))
    with psycopg.connect(database_dsn) as connection:
        connection.execute("drop schema payments, truepoint cascade")
    result = _run("up")
    # It prints no password.
    assert (result.exit_code, result.stdout.strip().rsplit("@")[-1]) == (0, database_dsn.rsplit("@")[-1])
    assert "Nothing else was made: the project here\nhas event tables of its own" in result.stderr
    with psycopg.connect(database_dsn) as connection:
        assert connection.execute("select to_regnamespace('payments')").fetchone() == (None,)


def test_down_leaves_a_given_server_alone(database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    monkeypatch.setenv("TRUEPOINT_DATA_DIR", str(tmp_path))
    result = _run("down")
    assert result.exit_code == 0
    assert "the server of TRUEPOINT_DSN is left alone" in result.stdout
    assert _run("dsn").stdout.strip() == database_dsn


def test_life_of_the_embedded_server(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUEPOINT_DSN", raising=False)
    monkeypatch.setenv("TRUEPOINT_DATA_DIR", str(short_folder))
    assert "start it with `truepoint up`" in _run("dsn").stderr
    try:
        address = _run("up").stdout.strip()
        assert address.startswith("postgresql://")
        assert _run("up").stdout.strip() == _run("dsn").stdout.strip() == address
        assert "no TCP port" in _run("status").stdout
        monkeypatch.setenv("TRUEPOINT_DSN", "postgresql://postgres@127.0.0.1:1/elsewhere")
        refused = _run("down")
        assert (refused.exit_code, "did not start" in refused.stderr) == (1, True)
    finally:
        monkeypatch.setenv("TRUEPOINT_DSN", address)  # as the pages say to set it
        stopped = _run("down").stdout
    assert stopped.strip() == "stopped"
    assert "no Postgres of truepoint's own is running" in _run("down").stdout
    monkeypatch.delenv("TRUEPOINT_DSN")
    assert _run("down").stdout.strip() == "was not running"
    assert "not running" in _run("status").stdout


def test_help_loads_nothing_heavy() -> None:
    check = (
        "import sys, truepoint.cli; "
        "print([m for m in ('pandas', 'numpy', 'pyarrow', 'psycopg', 'fastapi', 'dbt', 'asyncpg') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
