"""Starting: one clear sentence where manifest, database and environment do not fit; and nothing opened before."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from feature_server.main import create_app
from tests.feature_server.asgi import StartFailedError, serving
from tests.feature_server.conftest import MakeSettings
from tests.feature_server.manifest import STATEMENTS, compiled, signature, write_manifest
from tests.feature_server.processes import free_port, server_environment, uvicorn_command
from truepoint.errors import ManifestError, SettingsError


async def start_failure(make_settings: MakeSettings, **overrides: object) -> str:
    """Return the sentence that the start fails with."""
    with pytest.raises(StartFailedError) as failure:
        async with serving(create_app(make_settings(**overrides))):
            raise AssertionError("the server started")
    message = str(failure.value)
    assert "\n" not in message
    return message


def _other_column_type(activity: dict[str, Any]) -> None:
    activity["relations"][0]["columns"]["base_amount_minor"] = "integer"


def _absent_column(activity: dict[str, Any]) -> None:
    activity["relations"][0]["columns"]["colour"] = "text"


def _absent_relation(activity: dict[str, Any]) -> None:
    activity["relations"][0]["relation"] = '"payments"."transfers"'


def _other_database(activity: dict[str, Any]) -> None:
    activity["relations"][0]["relation"] = '"elsewhere"."payments"."transactions"'


def _other_result_type(activity: dict[str, Any]) -> None:
    activity["features"][2]["type"] = "double precision"


def _one_feature_more(activity: dict[str, Any]) -> None:
    activity["features"].append({**activity["features"][0], "name": "account_txn_count_5m"})


def _other_parameter_type(activity: dict[str, Any]) -> None:
    activity["parameters"][1]["type"] = "integer"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_absent_relation, "payments.transfers is absent, and service account_activity reads it"),
        (_absent_column, "payments.transactions has not what is declared: colour is declared text and is not there"),
        (_other_column_type, "base_amount_minor is declared integer and is bigint"),
        (_other_database, "the manifest is for database elsewhere, and this is"),
        (_other_result_type, "returns txn_amount_twice int8 as column 7 where its signature promises"),
        (_one_feature_more, "returns 7 columns where its signature promises 8"),
        (_other_parameter_type, "takes text[], int8[], text[], timestamptz[] where its signature says"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
async def test_a_manifest_that_the_database_does_not_fit_stops_the_start(
    make_settings: MakeSettings, tmp_path: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    activity = signature("account_activity")
    change(activity)
    manifest = write_manifest(tmp_path, compiled(activity))
    assert said in await start_failure(make_settings, manifest_path=manifest)


async def test_a_statement_that_does_not_prepare_stops_the_start(make_settings: MakeSettings, tmp_path: Path) -> None:
    text = STATEMENTS["account_activity"].replace("base_amount_minor", "base_amount")
    manifest = write_manifest(tmp_path, compiled(signature("account_activity"), text))
    message = await start_failure(make_settings, manifest_path=manifest)
    assert "statement of account_activity does not prepare" in message
    assert "base_amount" in message


async def test_a_column_changed_in_the_database_stops_the_start(make_settings: MakeSettings, database_dsn: str) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute("alter table payments.transactions alter column base_amount_minor type numeric")
    assert "base_amount_minor is declared bigint and is numeric" in await start_failure(make_settings)


async def test_a_database_that_is_not_there_stops_the_start_without_telling_the_password(
    make_settings: MakeSettings,
) -> None:
    dsn = f"postgresql://someone:hunter2@127.0.0.1:{free_port()}/nowhere"
    message = await start_failure(make_settings, dsn=dsn)
    assert message.startswith("The database nowhere at 127.0.0.1")
    assert "cannot be reached" in message
    assert "hunter2" not in message


def test_a_missing_manifest_is_told_the_command_that_makes_it(make_settings: MakeSettings, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="dbt compile --select path:analyses --target-path target/online"):
        create_app(make_settings(manifest_path=tmp_path / "absent.json"))


def test_building_the_application_opens_nothing(make_settings: MakeSettings) -> None:
    app = create_app(make_settings(dsn=f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere"))
    assert app.openapi()["paths"]


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"pool_size": "0"}, "TRUEPOINT_SERVER_POOL_SIZE is '0' (allowed: a whole number from 1 to 1000)"),
        ({"port": 70_000}, "TRUEPOINT_SERVER_PORT is '70000' (allowed: a whole number from 0 to 65535)"),
        (
            {"max_body_bytes": "1.5"},
            "TRUEPOINT_SERVER_MAX_BODY_BYTES is '1.5' (allowed: a whole number from 1024 upwards)",
        ),
        (
            {"connect_timeout_seconds": "soon"},
            "TRUEPOINT_SERVER_CONNECT_TIMEOUT_SECONDS is 'soon' (allowed: a number above 0 to 60)",
        ),
        (
            {"max_rows": "9" * 5000},
            f"TRUEPOINT_SERVER_MAX_ROWS is '{'9' * 60}...' (allowed: a whole number from 1 to 100000)",
        ),
        (
            {"dsn": "host=db password=s3cret"},
            "TRUEPOINT_DSN: must be a URI such as postgresql://user:password@host:5432/database",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_setting_out_of_bounds_is_one_sentence(
    make_settings: MakeSettings, overrides: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        make_settings(**overrides)
    assert str(refused.value) == said


def test_a_setting_that_nobody_knows_is_told_at_the_start(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TRUEPOINT_SERVER_POOLSIZE", "4")
    monkeypatch.setenv("TRUEPOINT_SERVER_COLOUR_OF_LOGS", "red")
    monkeypatch.setenv("TRUEPOINT_SERVER_PORT", "8000")
    create_app(make_settings())
    lines = [json.loads(message) for message in caplog.messages]
    assert [(line["level"], line["event"], line["variable"], line.get("did_you_mean")) for line in lines] == [
        ("warning", "unknown_setting", "TRUEPOINT_SERVER_COLOUR_OF_LOGS", None),
        ("warning", "unknown_setting", "TRUEPOINT_SERVER_POOLSIZE", "TRUEPOINT_SERVER_POOL_SIZE"),
    ]


def run_uvicorn(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        uvicorn_command(free_port()),
        env=server_environment(**variables),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_uvicorn_without_a_dsn_ends_with_one_sentence(tmp_path: Path, manifest_path: Path) -> None:
    ended = run_uvicorn(tmp_path, TRUEPOINT_SERVER_MANIFEST_PATH=str(manifest_path))
    assert ended.returncode != 0
    assert "TRUEPOINT_DSN is not set" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_uvicorn_over_a_database_that_does_not_fit_ends_with_one_sentence(
    tmp_path: Path, manifest_path: Path, database_dsn: str
) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute("drop table payments.transactions")
    ended = run_uvicorn(tmp_path, TRUEPOINT_SERVER_MANIFEST_PATH=str(manifest_path), TRUEPOINT_DSN=database_dsn)
    assert ended.returncode != 0
    assert "payments.transactions is absent" in ended.stderr
    assert "Traceback" not in ended.stderr
