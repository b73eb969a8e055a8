"""`truepoint parity` over real HTTP: exit status, table, JSON."""

import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
import uvicorn
from rich.console import Console
from typer.testing import CliRunner, Result

from consistency import NoServerError, ParityError
from consistency.report import Difference, FeatureReport, ParityReport
from tests.consistency.conftest import ROWS, TABLE
from tests.consistency.fake_server import FakeServer
from truepoint.cli.commands.parity import parity, print_report
from truepoint.compiled.registry import Service
from truepoint.errors import ManifestError

if TYPE_CHECKING:
    import psycopg


@pytest.fixture
def url(server: FakeServer) -> Iterator[str]:
    """Address of the fake server, on a free loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        running = uvicorn.Server(uvicorn.Config(server, lifespan="off", log_level="warning"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        while not running.started:
            time.sleep(0.01)
        yield f"http://{host}:{port}"
        running.should_exit = True
        thread.join()


@pytest.fixture
def project(
    tmp_path: Path,
    service: Service,
    database_dsn: str,
    training_table: "psycopg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A dbt project folder with an online manifest of `service`; the environment names it and the database."""
    signature = {"service" if name == "name" else name: value for name, value in asdict(service).items()}
    del signature["statement"]
    statement = f"select 1\n-- truepoint-signature: {json.dumps(signature)}"
    nodes = {
        "analysis.payments.small": {"compiled_code": statement},
        "model.payments.training_small": {
            "relation_name": TABLE,
            "config": {"meta": {"training_set": {"service": "small"}}},
        },
    }
    manifest = tmp_path / "project" / "target" / "online" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(tmp_path / "project"))
    return tmp_path / "project"


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(parity)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["--service", "small", *arguments])


@pytest.mark.usefixtures("project")
def test_equal_sides_exit_with_0(url: str, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "parity.json"
    result = run("--rows", "40", "--seed", "7", "--url", f"{url}/", "--json", str(report))
    assert result.exit_code == 0, result.output
    assert "240 values of 40 rows compared, 0 differ" in result.stdout
    assert "amount_mean" in result.stdout
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["passed"], written["rows"], written["seed"], written["values"]) == (True, 40, 7, 240)


@pytest.mark.usefixtures("project")
def test_one_differing_value_exits_with_1_and_within_tolerance_with_0(
    url: str, server: FakeServer, tmp_path: Path
) -> None:
    server.values = {**server.values, "t8": {**server.values["t8"], "amount_sum": 0}}
    report = tmp_path / "parity.json"
    result = run("--url", url, "--json", str(report))
    assert result.exit_code == 1
    assert f"{ROWS * 6} values of {ROWS} rows compared, 1 differ" in result.stdout
    assert (
        f"row s8, {{'account_id': 'a0'}}, as of 2026-01-01T08:00:00.000008+00:00: offline {2**53 + 8}" in result.stdout
    )
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written["features"][0]["worst"][0]["offline"] == 2**53 + 8
    assert run("--url", url, "--tolerance", "0.1").exit_code == 0


@pytest.mark.usefixtures("project")
def test_an_unanswered_row_exits_with_1_at_any_tolerance(url: str, server: FakeServer) -> None:
    def spoil(answer: dict[str, Any]) -> dict[str, Any]:
        answer["rows"][0] |= {"values": {}, "error": "bigint out of range"}
        return answer

    server.spoil = spoil
    result = run("--url", url, "--tolerance", "1")
    assert result.exit_code == 1
    assert "was not answered: bigint out of range" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "0"], "--rows"),
        (["--tolerance", "1.5"], "--tolerance"),
        (["--seed", "one"], "--seed"),
        (["--url", "127.0.0.1:8000"], "is no address"),
        (["--service", "large"], "there is no service large; the manifest holds: small"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_wrong_option_exits_with_2(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.usefixtures("project")
def test_no_server_is_a_clear_error() -> None:
    result = run("--url", "http://127.0.0.1:9")
    assert result.exit_code == 1
    assert isinstance(result.exception, NoServerError)


def test_nothing_to_compare_is_an_error(project: Path, url: str, training_table: "psycopg.Connection[Any]") -> None:
    training_table.execute(f"truncate {TABLE}")
    result = run("--url", url)
    assert result.exit_code == 1
    assert isinstance(result.exception, ParityError)


def test_a_manifest_without_the_mart_is_an_error(project: Path) -> None:
    manifest = project / "target" / "online" / "manifest.json"
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    del nodes["model.payments.training_small"]
    manifest.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    result = run()
    assert result.exit_code == 1
    assert isinstance(result.exception, ManifestError)
    assert "0 models with the training table of service small" in str(result.exception)


def test_the_table_shows_everything_in_80_columns() -> None:
    names = ("account_amount_mean_30d", "merchant_chargeback_count_90d", "a_very_long_name" + "_of_a_feature" * 3)
    worst = Difference(
        "s1", {"account_id": "a0"}, {}, None, "2026-01-01T00:00:00+00:00", 1.0, 2.0, 7.27595761418342e-12
    )
    features = tuple(
        FeatureReport(name, "double precision", 1_000_000, 999_999, 100_000, 0, 7.27595761418342e-12, (worst,))
        for name in names
    )
    report = ParityReport(
        "card_fraud", "0" * 32, '"db"."truepoint_features"."training_card_fraud"', "http://127.0.0.1:8000", 1,
        1_000_000, 1_000_000, 0, 2.5, features, (), (),
    )  # fmt: skip
    written = io.StringIO()
    print_report(report, 0.0, console=Console(file=written, width=80))
    lines = written.getvalue().splitlines()
    table = [line for line in lines if line.startswith("\N{BOX DRAWINGS LIGHT VERTICAL}")]
    assert all(len(line) <= 80 for line in table)
    cells = [[cell.strip() for cell in line.strip("\N{BOX DRAWINGS LIGHT VERTICAL}").split("\u2502")] for line in table]
    assert "".join(row[0] for row in cells) == "".join(names)
    figures = [row[1:] for row in cells if row[1]]
    assert figures == [["1,000,000", "999,999", "100,000", "7.28e-12"]] * 3
    assert "\N{HORIZONTAL ELLIPSIS}" not in written.getvalue()
