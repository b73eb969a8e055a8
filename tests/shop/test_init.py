"""`truepoint init` in a project that uses the package already: it adds to it, and builds with it."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from tests.dbt_runner import DbtProject
from tests.projects import copy_project
from tests.shop.conftest import Shop
from truepoint.cli import app


@pytest.fixture
def copy(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DbtProject:
    """A copy of the shop's project, in whose folder commands run."""
    folder = copy_project(tmp_path / "corner_shop", source=shop.project.folder)
    monkeypatch.setenv("TRUEPOINT_DSN", shop.dsn)
    monkeypatch.chdir(folder / "models")
    return replace(shop.project, folder=folder, target_path=tmp_path / "target")


def _init(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["init", *arguments])


def _texts(folder: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_second_service_builds_beside_the_first(copy: DbtProject, shop: Shop) -> None:
    before = _texts(copy.folder)
    result = _init(
        *("--events", "shop.returned_goods", "--entity", "order_id"),
        *("--time", "returned_on", "--known-at", "event-time"),
    )
    assert result.exit_code == 0, result.output
    after = _texts(copy.folder)
    assert {path: after[path] for path in before} == before
    output = copy.run("build", "--select", "+training_order_returned_goods")
    assert "PASS truepoint_parity_training_order_returned_goods_" in output
    with psycopg.connect(shop.dsn) as connection:
        counts = connection.execute(
            "select (select count(*) from till.training_order_returned_goods),"
            " (select count(*) from shop.returned_goods)"
        ).fetchone()
    assert counts is not None
    assert counts[0] == counts[1] > 0


def test_a_table_whose_events_the_project_has_is_not_staged_twice(copy: DbtProject) -> None:
    before = _texts(copy.folder)
    result = _init(
        "--events", "crm.visits", "--entity", "customer_id", "--time", "visited_at", "--known-at", "event-time"
    )
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "truepoint: the project has events of crm.visits already, in the model visits. Write views over that one"
    )
    assert _texts(copy.folder) == before
