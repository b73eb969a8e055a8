"""The doctor finds each thing that a database lacks, says what would mend it, and makes indexes when told."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from tests.feature_server.manifest import STATEMENTS, compiled, signature, write_manifest
from truepoint.cli import app
from truepoint.compiled.registry import Registry, load_registry
from truepoint.postgres.doctor import Examination, apply_missing, examine
from truepoint.postgres.warehouse import warehouse_status
from truepoint.settings import Settings

INDEX = "transactions_account_id_occurred_at_online"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return load_registry(write_manifest(tmp_path, compiled(signature("account_activity")), compiled(signature("echo"))))


def execute(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


def missing(examination: Examination) -> list[tuple[str, str]]:
    return [(finding.check, finding.subject) for finding in examination.missing]


async def test_a_new_database_lacks_the_index_alone_and_apply_makes_it(database_dsn: str, registry: Registry) -> None:
    examination = await examine(database_dsn, registry)
    assert missing(examination) == [("indexes", "payments.transactions")]
    assert [INDEX in statement for statement in examination.ddl] == [True]
    ran: list[str] = []
    await apply_missing(database_dsn, examination, on_statement=ran.append)
    assert ran == list(examination.ddl)
    mended = await examine(database_dsn, registry)
    assert missing(mended) == []
    assert {finding.check for finding in mended.findings} == {
        "connection",
        "relations",
        "statement",
        "guard",
        "known times",
        "span",
        "changes",
        "settings",
        "indexes",
    }


async def test_examining_changes_nothing(database_dsn: str, registry: Registry) -> None:
    await examine(database_dsn, registry)
    with psycopg.connect(database_dsn) as connection:
        indexes = connection.execute(
            "select count(*) from pg_indexes where schemaname = 'payments' and indexname not like '%_pkey'"
        ).fetchone()
    assert indexes == (0,)


@pytest.mark.parametrize(
    "columns",
    [
        "occurred_at, account_id",
        "account_id",
        "account_id, device_id, occurred_at",
        "lower(account_id), occurred_at",
        "occurred_at",
    ],
)
async def test_an_index_of_other_columns_does_not_pass(database_dsn: str, registry: Registry, columns: str) -> None:
    execute(database_dsn, f"create index beside on payments.transactions ({columns})")
    assert missing(await examine(database_dsn, registry)) == [("indexes", "payments.transactions")]


@pytest.mark.parametrize("columns", ["account_id, occurred_at", "account_id, occurred_at, known_at"])
async def test_an_index_of_another_name_passes_when_the_plan_uses_it(
    database_dsn: str, registry: Registry, columns: str
) -> None:
    execute(database_dsn, f"create index by_hand on payments.transactions ({columns})")
    assert missing(await examine(database_dsn, registry)) == []


async def test_a_cast_that_hides_the_key_from_the_index_is_found(database_dsn: str, tmp_path: Path) -> None:
    text = STATEMENTS["account_activity"].replace("event.account_id = ", "lower(event.account_id) = ")
    registry = load_registry(write_manifest(tmp_path, compiled(signature("account_activity"), text)))
    examination = await examine(database_dsn, registry)
    await apply_missing(database_dsn, examination, on_statement=lambda _: None)
    (finding,) = (await examine(database_dsn, registry)).missing
    assert finding.check == "indexes"
    assert "yet is not reached" in finding.message
    assert finding.ddl == ()


async def test_an_index_that_the_manifest_does_not_name_is_advised_all_the_same(
    database_dsn: str, tmp_path: Path
) -> None:
    activity = signature("account_activity")
    activity["indexes"] = []
    registry = load_registry(write_manifest(tmp_path, compiled(activity)))
    examination = await examine(database_dsn, registry)
    (finding,) = examination.missing
    assert "lacks an index on account_id, occurred_at" in finding.message
    await apply_missing(database_dsn, examination, on_statement=lambda _: None)
    assert missing(await examine(database_dsn, registry)) == []


async def test_an_invalid_index_is_dropped_and_made_again(database_dsn: str, registry: Registry) -> None:
    execute(database_dsn, f"create index {INDEX} on payments.transactions (account_id, occurred_at)")
    execute(database_dsn, f"update pg_index set indisvalid = false where indexrelid = 'payments.{INDEX}'::regclass")
    examination = await examine(database_dsn, registry)
    assert "left invalid" in examination.missing[0].message
    assert examination.ddl[0].startswith("drop index concurrently")
    await apply_missing(database_dsn, examination, on_statement=lambda _: None)
    assert missing(await examine(database_dsn, registry)) == []


@pytest.mark.parametrize(
    ("damage", "check", "mend"),
    [
        (
            "drop trigger zz_truepoint_known_time on payments.transactions",
            "guard",
            "zz_truepoint_known_time",
        ),
        ("alter table payments.transactions disable trigger zz_truepoint_known_time", "guard", "enable always"),
        ("alter table payments.transactions set (autovacuum_enabled = off)", "settings", "autovacuum_enabled = on"),
        ("alter table payments.transactions alter column known_at drop not null", "known times", "set not null"),
        (
            "alter table payments.transactions reset (autovacuum_vacuum_insert_scale_factor)",
            "settings",
            "set (autovacuum_vacuum_insert_scale_factor = 0.01)",
        ),
        ("alter table payments.transactions set (autovacuum_vacuum_insert_scale_factor = 0.2)", "settings", "= 0.01"),
        ("alter table payments.transactions rename column base_amount_minor to amount", "relations", None),
    ],
    ids=[
        "trigger dropped",
        "trigger disabled",
        "vacuum off",
        "null allowed",
        "setting absent",
        "setting high",
        "column renamed",
    ],
)
async def test_each_damage_is_found_and_its_ddl_mends_it(
    database_dsn: str, registry: Registry, damage: str, check: str, mend: str | None
) -> None:
    await apply_missing(database_dsn, await examine(database_dsn, registry), on_statement=lambda _: None)
    execute(database_dsn, damage)
    examination = await examine(database_dsn, registry)
    assert missing(examination) == [(check, "payments.transactions")]
    if mend is not None:
        assert any(mend in statement for statement in examination.ddl)
        for statement in examination.ddl:
            execute(database_dsn, statement)
        assert missing(await examine(database_dsn, registry)) == []


async def test_tables_under_views_are_found(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, "create schema staged; create view staged.events as select * from payments.transactions")
    execute(database_dsn, "create view staged.transactions as select * from staged.events")
    execute(database_dsn, "drop trigger zz_truepoint_known_time on payments.transactions")
    activity = signature("account_activity")
    activity["relations"][0]["relation"] = '"staged"."transactions"'
    text = STATEMENTS["account_activity"].replace("payments.transactions", "staged.transactions")
    registry = load_registry(write_manifest(tmp_path, compiled(activity, text)))
    assert missing(await examine(database_dsn, registry)) == [
        ("guard", "payments.transactions"),
        ("indexes", "payments.transactions"),
    ]


async def test_a_database_that_cannot_be_reached_is_a_finding_without_the_password(registry: Registry) -> None:
    examination = await examine("postgresql://someone:hunter2@127.0.0.1:1/nowhere", registry)
    assert missing(examination) == [("connection", "server")]
    assert "hunter2" not in str(examination)


async def test_the_version_is_the_one_that_status_shows(
    settings: Settings, database_dsn: str, registry: Registry
) -> None:
    (server,) = (found for found in (await examine(database_dsn, registry)).findings if found.check == "connection")
    assert server.message == f"is Postgres {warehouse_status(settings).version}"


async def test_a_manifest_for_another_database_is_told_once(database_dsn: str, tmp_path: Path) -> None:
    activity = signature("account_activity")
    activity["relations"][0]["relation"] = '"elsewhere"."payments"."transactions"'
    activity["relations"].append({**activity["relations"][0], "name": "again"})
    other = {**activity, "service": "account_watch"}
    text = STATEMENTS["account_activity"]
    registry = load_registry(write_manifest(tmp_path, compiled(activity), compiled(other, text)))
    (finding,) = (await examine(database_dsn, registry)).missing
    assert (finding.check, finding.subject) == ("relations", "the manifest")
    assert finding.message.startswith("is for database elsewhere, and this is test_")


async def test_an_index_that_cannot_be_made_is_told_and_the_rest_is_made(database_dsn: str, tmp_path: Path) -> None:
    registry = load_registry(write_manifest(tmp_path, compiled(signature("account_activity"))))
    execute(database_dsn, "alter table payments.transactions reset (autovacuum_vacuum_insert_scale_factor)")
    examination = await examine(database_dsn, registry)
    execute(database_dsn, "alter table payments.transactions rename account_id to renamed")
    failed = await apply_missing(database_dsn, examination, on_statement=lambda _: None)
    execute(database_dsn, "alter table payments.transactions rename renamed to account_id")
    assert [("account_id" in statement, "account_id" in why) for statement, why in failed] == [(True, True)]
    assert missing(await examine(database_dsn, registry)) == [("indexes", "payments.transactions")]


@pytest.fixture
def command(database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run `truepoint doctor` over the test's database; returns exit status and standard output."""
    online = tmp_path / "target" / "online"
    online.mkdir(parents=True)
    write_manifest(online, compiled(signature("account_activity")))
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["doctor", *arguments])
        return result.exit_code, result.stdout

    return run


def test_the_command_fails_while_something_is_missing_and_mends_indexes(
    command: Callable[..., tuple[int, str]],
) -> None:
    status, output = command()
    assert status == 1
    assert f"create index concurrently if not exists {INDEX}" in output
    status, output = command("--apply")
    assert status == 0
    assert "0 missing" in output
    assert command()[0] == 0


@pytest.mark.usefixtures("command")
def test_the_table_cuts_no_name_in_80_columns(database_dsn: str, tmp_path: Path) -> None:
    activity = signature("account_activity")
    activity["relations"][0]["columns"] |= {f"a_column_that_nobody_has_{'x' * 30}_{n}": "text" for n in range(2)}
    write_manifest(tmp_path / "target" / "online", compiled(activity))
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["doctor"])
    table = [line for line in result.stdout.splitlines() if line.startswith("\N{BOX DRAWINGS LIGHT VERTICAL}")]
    assert all(len(line) <= 80 for line in table)
    found = "".join(line.split("\N{BOX DRAWINGS LIGHT VERTICAL}")[4].strip() for line in table)
    assert f"a_column_that_nobody_has_{'x' * 30}_1" in found
    assert "\N{HORIZONTAL ELLIPSIS}" not in result.stdout


def test_the_command_prints_json(command: Callable[..., tuple[int, str]]) -> None:
    status, output = command("--json")
    report = json.loads(output)
    assert status == 1
    assert report["missing"] == 1
    assert [INDEX in statement for statement in report["ddl"]] == [True]
    assert {"check", "subject", "is_ok", "message", "ddl"} == set(report["findings"][0])
