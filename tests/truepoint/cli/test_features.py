"""`truepoint features` and `truepoint services`: all that is compiled, and nothing else."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.feature_server.manifest import compiled, signature, write_manifest
from truepoint.cli import app

ACTIVITY = ["account_txn_count_1h", "account_amount_mean_30d", "txn_amount_twice"]


@pytest.fixture(autouse=True)
def _compiled_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with two services, of which one shares a feature with the other."""
    sharing = signature("account_activity") | {"service": "share"}
    sharing["features"] = sharing["features"][:1]
    folder = tmp_path / "target" / "online"
    folder.mkdir(parents=True)
    texts = [compiled(of, "select 1") for of in (signature("account_activity"), sharing)]
    write_manifest(folder, *texts)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")  # in which no name is folded


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_every_feature_is_listed_once_with_its_services() -> None:
    result = _run("features", "list", "--json")
    assert result.exit_code == 0, result.output
    features = {feature["name"]: feature for feature in json.loads(result.stdout)}
    assert list(features) == sorted(ACTIVITY)
    assert features["account_txn_count_1h"]["services"] == ["account_activity", "share"]
    assert features["txn_amount_twice"]["services"] == ["account_activity"]
    assert features["txn_amount_twice"]["entity"] == []
    assert features["account_amount_mean_30d"]["definition"] == {
        "aggregate": "mean",
        "of": "amount_minor",
        "window": "30d",
    }
    table = _run("features", "list").stdout
    assert all(name in table for name in ACTIVITY)


def test_one_feature_is_shown_with_its_definition() -> None:
    shown = _run("features", "show", "account_amount_mean_30d")
    assert shown.exit_code == 0
    assert "definition   aggregate: mean, of: amount_minor, window: 30d\n" in shown.stdout
    assert "key          account_id\n" in shown.stdout
    as_json = json.loads(_run("features", "show", "account_amount_mean_30d", "--json").stdout)
    assert as_json["view"] == "account_features"


def test_an_unknown_feature_is_one_sentence_with_the_nearest() -> None:
    result = _run("features", "show", "account_txn_count_2h")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "truepoint: no service has a feature account_txn_count_2h: did you mean account_txn_count_1h?\n"
    )
    assert "there are: account_amount_mean_30d, " in _run("features", "show", "zzz").stderr


def test_services_are_listed_with_their_keys_and_version() -> None:
    services = json.loads(_run("services", "list", "--json").stdout)
    assert [service["name"] for service in services] == ["account_activity", "share"]
    assert services[0]["entities"] == {"account_id": "text"}
    assert services[0]["request"] == {"amount_minor": "bigint"}
    assert services[0]["features"] == ACTIVITY
    assert services[1]["definition_version"] == "0123456789abcdef0123456789abcdef"
    assert "account_activity" in _run("services", "list").stdout


def test_parity_asks_which_service_where_there_are_several() -> None:
    result = _run("parity")
    assert result.exit_code == 2
    assert "there are several services: account_activity, share." in result.stderr
