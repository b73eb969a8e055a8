"""`truepoint plan`: before anything is done, it says what will be; and nothing where nothing changes."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.dbt_runner import DbtProject
from tests.truepoint.cli.conftest import SCHEMA, FirstService, run
from truepoint.cli.commands.plan import _print
from truepoint.planning.plan import Plan
from truepoint.postgres.guards import ground_statements

SELECTION = ("compile", "--select", "path:analyses", "config.materialized:versioned_table")
VIEW = "models/features/customer_orders_features.yml"
SERVICE = "models/services/customer_orders.yml"
STAGING = "models/staging/stg_orders.sql"
TABLES = ["customer_orders_features", "spine_orders", "training_customer_orders"]


@pytest.fixture
def copy(first_service: FirstService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DbtProject:
    """A copy of the built project, to change."""
    folder = tmp_path / "my-shop"
    shutil.copytree(first_service.project.folder, folder, symlinks=True)
    monkeypatch.setenv("TRUEPOINT_DSN", first_service.project.dsn)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(folder))
    monkeypatch.setenv("TRUEPOINT_SCHEMA", SCHEMA)
    return replace(first_service.project, folder=folder, target_path=folder / "target" / "plan")


def _change(copy: DbtProject, file: str, old: str, new: str) -> None:
    path = copy.folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _plan(copy: DbtProject) -> dict[str, Any]:
    copy.target_path.mkdir(exist_ok=True)
    shutil.copy(copy.folder / "target" / "online" / "partial_parse.msgpack", copy.target_path)
    copy.run(*SELECTION)
    result = run("plan", "--json", "--compiled", str(copy.target_path / "manifest.json"))
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert isinstance(report, dict)
    return report


def _fates(plan: dict[str, Any]) -> dict[str, str]:
    return {table["model"]: table["fate"] for table in plan["tables"]}


def test_the_command_compiles_aside_and_finds_no_change(copy: DbtProject) -> None:
    online = (copy.folder / "target" / "online" / "manifest.json").read_bytes()
    result = run("plan", "--json")
    assert result.exit_code == 0, result.output
    plan = json.loads(result.stdout)
    assert plan["features"] == {"added": [], "changed": [], "removed": []}
    assert (plan["services"], plan["notes"]) == ([], [])
    assert _fates(plan) == dict.fromkeys(TABLES, "goes on")
    [index] = plan["indexes"]
    assert index["subject"] == "Shop.Orders"
    assert '("customerId", created_at' in index["ddl"][0]
    assert (copy.folder / "target" / "online" / "manifest.json").read_bytes() == online


def test_no_change_says_who_looks_at_history(capsys: pytest.CaptureFixture[str]) -> None:
    _print(Plan(base=None, features=(), services=(), tables=(), indexes=(), notes=()))
    assert "Whether history has changed since the last build, only `dbt build` looks" in capsys.readouterr().out


def test_changed_added_and_removed_features_and_what_they_touch(copy: DbtProject) -> None:
    _change(copy, VIEW, "window: 24h", "window: 12h")
    _change(copy, VIEW, "customer_orders_seconds_since_last", "customer_orders_silence")
    _change(copy, SERVICE, "customer_orders_seconds_since_last", "customer_orders_silence")
    plan = _plan(copy)
    [added], [changed], [removed] = (plan["features"][change] for change in ("added", "changed", "removed"))
    assert (added["name"], added["digest"]["from"]) == ("customer_orders_silence", None)
    assert (removed["name"], removed["digest"]["to"]) == ("customer_orders_seconds_since_last", None)
    assert changed["name"] == "customer_orders_count_24h"
    assert changed["because"] == ["window: 24h -> 12h"]
    assert changed["services"] == ["customer_orders"]
    assert changed["tables"] == ["customer_orders_features", "training_customer_orders"]
    assert changed["digest"]["from"] != changed["digest"]["to"]
    [service] = plan["services"]
    assert (service["change"], service["gains"], service["loses"], service["changed"]) == (
        "changed",
        ["customer_orders_silence"],
        ["customer_orders_seconds_since_last"],
        ["customer_orders_count_24h"],
    )
    assert service["version"]["from"] != service["version"]["to"]
    assert _fates(plan) == {
        "customer_orders_features": "built anew",
        "spine_orders": "goes on",
        "training_customer_orders": "built anew",
    }
    text = run("plan", "--compiled", str(copy.target_path / "manifest.json")).stdout
    assert "  ~ customer_orders_count_24h  " in text
    assert "  built anew customer_orders_features, about " in text


def test_a_changed_staging_model_moves_every_feature_over_it(copy: DbtProject) -> None:
    _change(copy, STAGING, "select * from renamed", "select * from renamed where amount > 0")
    plan = _plan(copy)
    assert [feature["because"] for feature in plan["features"]["changed"]] == [["model stg_orders changed"]] * 3
    assert _fates(plan) == dict.fromkeys(TABLES, "built anew")
    assert len(plan["services"][0]["changed"]) == 3


def test_without_a_base_every_feature_is_new(copy: DbtProject, first_service: FirstService) -> None:
    plan = _plan(copy)
    assert plan["features"]["added"] == []
    (copy.folder / "target" / "online" / "manifest.json").unlink()
    result = run("plan", "--json", "--compiled", str(copy.target_path / "manifest.json"))
    without = json.loads(result.stdout)
    assert len(without["features"]["added"]) == 3
    assert without["notes"] == ["There is nothing to compare with, so every feature is new."]


def test_tables_that_are_not_there_yet_and_those_that_no_model_makes_any_more(copy: DbtProject, tmp_path: Path) -> None:
    copy.run(*SELECTION)
    text = (copy.target_path / "manifest.json").read_text()
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(text.replace(SCHEMA, "elsewhere"))
    plan = json.loads(run("plan", "--json", "--compiled", str(elsewhere)).stdout)
    assert _fates(plan) == dict.fromkeys(TABLES, "new")
    assert plan["indexes"] == []
    [note] = plan["notes"]
    assert note.startswith("Indexes cannot be looked at yet: elsewhere.stg_orders is absent")
    without = json.loads(text)
    del without["nodes"]["model.my_shop.training_customer_orders"]
    elsewhere.write_text(json.dumps(without))
    plan = json.loads(run("plan", "--json", "--compiled", str(elsewhere)).stdout)
    assert _fates(plan) == dict.fromkeys(TABLES[:2], "goes on") | {"training_customer_orders": "left over"}


def test_a_base_that_is_not_there_is_one_sentence(copy: DbtProject, tmp_path: Path) -> None:
    result = run("plan", "--base", str(tmp_path / "none.json"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"truepoint: there is no manifest at {tmp_path / 'none.json'}, which --base names.\n"


def test_a_manifest_without_tables_is_told(copy: DbtProject) -> None:
    online = copy.folder / "target" / "online" / "manifest.json"
    result = run("plan", "--compiled", str(online))
    assert result.exit_code == 1
    assert "does not have the table customer_orders_features compiled" in result.stderr


def test_tables_of_another_history_are_counted(copy: DbtProject) -> None:
    with psycopg.connect(copy.dsn, autocommit=True) as connection:
        connection.execute(ground_statements().encode())
        connection.execute("insert into truepoint.epochs (cause) values ('restored')")
        try:
            plan = _plan(copy)
            shown = run("plan", "--compiled", str(copy.target_path / "manifest.json")).stdout
        finally:
            connection.execute("delete from truepoint.epochs where cause = 'restored'")
    assert _fates(plan) == dict.fromkeys(TABLES, "built anew")
    assert not plan["is_empty"]
    for table in plan["tables"]:
        assert table["version"]["from"] == table["version"]["to"]
        assert table["epoch"]["from"] < table["epoch"]["to"]
    assert shown.count("history has changed (epoch ") == len(TABLES)
    assert "3 of them built anew because history has changed" in shown
