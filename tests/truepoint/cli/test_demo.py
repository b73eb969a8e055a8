"""The demo's own comparison of one row: it must be able to fail."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console

from tests.projects import DBT_PROJECT
from truepoint.cli.demo import DemoError, ensure_payments_project, show_one_row
from truepoint.compiled.registry import Feature, Parameter, Service

TABLE = '"public"."training_demo"'
SERVICE = Service(
    name="demo",
    description="",
    definition_version="0" * 32,
    statement="",
    parameters=(
        Parameter("account_id", "text", "entity"),
        Parameter("event_id", "text", "event"),
        Parameter("as_of", "timestamptz", "as_of"),
    ),
    features=(Feature("seen", "bigint", "v", "", {}), Feature("mean", "double precision", "v", "", {})),
    views=(),
    relations=(),
    indexes=(),
)


@pytest.fixture
def table_dsn(database_dsn: str) -> str:
    with psycopg.connect(database_dsn) as connection:
        connection.execute(
            "create table training_demo as select * from (values"
            " ('t-1', 't-1', timestamptz '2026-01-01 00:00:00Z', 'a-1', 3::bigint, 0.5::double precision),"
            " ('t-2', 't-2', timestamptz '2026-01-02 00:00:00Z', 'a-2', 4, null)"
            ") as rows (spine_id, event_id, as_of, account_id, seen, mean)"
        )
    return database_dsn


@contextmanager
def _server(status: int, body: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the address of a server that answers all alike, and the requests that it got."""
    requests: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", requests
        server.shutdown()
        thread.join()


def _show(dsn: str, url: str) -> tuple[bool, str]:
    console = Console(file=io.StringIO(), width=100)
    is_equal = show_one_row(dsn, TABLE, SERVICE, url=url, console=console)
    return is_equal, console.file.getvalue()  # type: ignore[attr-defined]


def test_the_fullest_row_is_asked_for_as_of_its_time_with_its_own_event(table_dsn: str) -> None:
    with _server(200, {"rows": [{"values": {"seen": 3, "mean": 0.5}, "error": None}]}) as (url, requests):
        is_equal, printed = _show(table_dsn, url)
    assert is_equal
    assert "DIFFERS" not in printed
    row = {"account_id": "a-1", "event_id": "t-1", "as_of": "2026-01-01T00:00:00+00:00"}
    assert requests == [{"service": "demo", "rows": [row]}]


@pytest.mark.parametrize(
    "values",
    [
        {"seen": 4, "mean": 0.5},
        {"seen": 3, "mean": None},
        {"seen": 3, "mean": 0.5000000000000001},
        {"seen": 3.0, "mean": 0.5},
    ],
    ids=["other", "null", "last-bit", "type"],
)
def test_a_difference_is_found(table_dsn: str, values: dict[str, Any]) -> None:
    with _server(200, {"rows": [{"values": values, "error": None}]}) as (url, _):
        is_equal, printed = _show(table_dsn, url)
    assert not is_equal
    assert printed.count("DIFFERS") == 1


def test_a_row_that_was_not_answered_is_a_failure(table_dsn: str) -> None:
    unanswered = {"rows": [{"values": {}, "error": {"message": "out of range"}}]}
    with _server(200, unanswered) as (url, _), pytest.raises(DemoError, match="out of range"):
        _show(table_dsn, url)
    with _server(503, {"error": {"message": "away"}}) as (url, _), pytest.raises(DemoError, match="503"):
        _show(table_dsn, url)


def test_an_empty_training_table_is_a_failure(table_dsn: str) -> None:
    with psycopg.connect(table_dsn) as connection:
        connection.execute("truncate training_demo")
    with pytest.raises(DemoError, match="is empty"):
        _show(table_dsn, "http://127.0.0.1:1")


def test_the_payments_project_is_copied_where_nothing_is(tmp_path: Path) -> None:
    console = Console(file=io.StringIO())
    copy = tmp_path / "dbt_project"
    ensure_payments_project(copy, console)
    assert (copy / "models" / "services.yml").read_text() == (DBT_PROJECT / "models" / "services.yml").read_text()
    (copy / "models" / "services.yml").write_text("# mine\n")
    ensure_payments_project(copy, console)
    assert (copy / "models" / "services.yml").read_text() == "# mine\n"


def test_the_demo_leaves_another_project_alone(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    with pytest.raises(DemoError, match=r"the dbt project here \(.*\) is shop. Run it in an empty folder"):
        ensure_payments_project(tmp_path, Console())
