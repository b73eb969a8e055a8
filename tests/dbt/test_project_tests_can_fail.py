"""The dbt tests `parity` and `no_future_knowledge`: they pass on what dbt built, and fail on each way to be wrong."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from tests.dbt.built_project import BuiltProject
from tests.dbt.small_world import EXPOSED_TRANSACTION, small_world
from tests.dbt_runner import DbtProject
from tests.projects import copy_project, macros_of

TABLE: Final = "training_card_fraud"
ROW: Final = f"where spine_id = '{EXPOSED_TRANSACTION}'"

# What was done to the table -> the statement that does it. {table} is the training table, {columns} all its columns but
# spine_id and event_id.
TAMPERINGS: Final = {
    "count_changed": f"update {{table}} set account_txn_count_1h = account_txn_count_1h + 1 {ROW}",
    "double_changed_in_its_last_bit": (
        f"update {{table}} set account_amount_mean_30d = account_amount_mean_30d * (1 + 2e-16) {ROW}"
    ),
    "boolean_changed": f"update {{table}} set txn_is_new_device = not txn_is_new_device {ROW}",
    "null_for_a_value": f"update {{table}} set merchant_txn_count_5m = null {ROW}",
    "value_for_a_null": (
        "update {table} set account_amount_mean_30d = 0.0 where account_amount_mean_30d is null"
    ),
    "row_deleted": f"delete from {{table}} {ROW}",
    "row_added": f"insert into {{table}} select 'x' || spine_id, event_id, {{columns}} from {{table}} {ROW}",
    "row_doubled": f"insert into {{table}} select * from {{table}} {ROW}",
    "row_renamed": f"update {{table}} set spine_id = 'x' || spine_id {ROW}",
    "row_without_a_name": f"update {{table}} set spine_id = null {ROW}",
    "event_changed": f"update {{table}} set event_id = 't01' {ROW}",
    "as_of_shifted": f"update {{table}} set as_of = as_of + interval '1 microsecond' {ROW}",
    "every_as_of_shifted": "update {table} set as_of = as_of + interval '1 day'",
    "request_field_changed": f"update {{table}} set amount_minor = amount_minor + 1 {ROW}",
    "request_field_lost": f"update {{table}} set country = null {ROW}",
    "key_changed": f"update {{table}} set account_id = 'a1' {ROW}",
    "keys_swapped": "update {table} set account_id = case account_id when 'a0' then 'a1' else 'a0' end",
    "features_of_another_row": (
        "update {table} set account_amount_sum_24h = other.account_amount_sum_24h"
        " from {table} as other where {table}.spine_id = 't21' and other.spine_id = 't39'"
    ),
    "every_label_flipped": "update {table} set is_fraud = not is_fraud",
    "one_label_flipped": f"update {{table}} set is_fraud = not is_fraud {ROW}",
    "emptied": "delete from {table}",
}  # fmt: skip


def tamper(connection: "psycopg.Connection[Any]", built: BuiltProject, statement: str) -> None:
    """Change the training table as it is seen by `connection`."""
    table = built.relation(TABLE)
    # Its unique index would refuse a doubled row; the tests must see one without its help.
    indexes = "select indexrelid::regclass::text from pg_index where indrelid = %s::regclass"
    for (index,) in connection.execute(indexes, (table,)).fetchall():
        connection.execute(f"drop index {index}")
    names = [column.name for column in connection.execute(f"select * from {table} limit 0").description or ()]
    columns = ", ".join(name for name in names if name not in ("spine_id", "event_id"))
    changed = connection.execute(statement.replace("{table}", table).replace("{columns}", columns))
    assert changed.rowcount > 0


def test_what_dbt_built_passes(built: BuiltProject, connection: "psycopg.Connection[Any]") -> None:
    rows = connection.execute(f"select count(*) from {built.relation(TABLE)}").fetchone()
    assert rows == (len(small_world()),)
    assert built.failures(connection, "parity", on=TABLE) == set()
    assert built.failures(connection, "no_future_knowledge", on=TABLE) == set()


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_parity_fails_on_a_tampered_table(
    built: BuiltProject, connection: "psycopg.Connection[Any]", statement: str
) -> None:
    tamper(connection, built, statement)
    assert built.failures(connection, "parity", on=TABLE)


def test_parity_fails_where_the_spine_is_empty(built: BuiltProject, connection: "psycopg.Connection[Any]") -> None:
    connection.execute(f"delete from {built.relation(TABLE)}")
    connection.execute(f"delete from {built.relation('spine_transactions')}")
    assert built.failures(connection, "parity", on=TABLE)


def test_labels_of_a_view_may_mature_after_the_build_but_not_all_be_lacking(
    built: BuiltProject, connection: "psycopg.Connection[Any]", tmp_path: Path
) -> None:
    copy_project(tmp_path / "project")
    (model,) = (tmp_path / "project").rglob("fraud_labels.sql")
    model.write_text("{{ config(materialized='view') }}\n" + model.read_text(encoding="utf-8"), encoding="utf-8")
    project = replace(built.project, folder=tmp_path / "project", target_path=tmp_path / "target")
    project.run("compile", "--select", TABLE)
    proof = BuiltProject(project)
    assert proof.failures(connection, "parity", on=TABLE) == set()
    # The small world's labels are too few for one in a hundred.
    table, labels = built.relation(TABLE), built.relation("fraud_labels")
    connection.execute(f"insert into {labels} select 'more' || n, false from generate_series(1, 200) as n")
    connection.execute(
        f"insert into {table} (spine_id, is_fraud) select 'more' || n, false from generate_series(1, 200) as n"
    )
    spoilt = proof.failures(connection, "parity", on=TABLE)
    tamper(connection, built, "update {table} set is_fraud = null where spine_id in ('more1', 'more2')")
    assert proof.failures(connection, "parity", on=TABLE) == spoilt
    tamper(connection, built, "update {table} set is_fraud = null")
    (told,) = proof.failures(connection, "parity", on=TABLE) - spoilt
    assert "values of is_fraud, of which the table lacks" in told
    connection.execute(f"update {table} set is_fraud = true where spine_id = 'more1'")
    assert "more1" in proof.failures(connection, "parity", on=TABLE)


@pytest.mark.parametrize(
    ("column", "row"),
    [
        ("account_txn_count_1h", EXPOSED_TRANSACTION),
        # The merchant's later transactions are exposed to the chargeback, which is told of only after four hours.
        ("merchant_chargeback_count_90d", "t08"),
    ],
)
def test_no_future_knowledge_fails_on_a_leaked_late_event(
    built: BuiltProject, connection: "psycopg.Connection[Any]", column: str, row: str
) -> None:
    tamper(connection, built, f"update {{table}} set {column} = {column} + 1 where spine_id = '{row}'")
    assert built.failures(connection, "no_future_knowledge", on=TABLE) == {row}


def test_a_late_history_of_other_keys_takes_no_place_of_exposed_rows(
    built: BuiltProject, connection: "psycopg.Connection[Any]"
) -> None:
    # More events than rows are compared, all known later than any other; nobody ever asks for their account.
    connection.execute("set local truepoint.load_history = 'on'")
    connection.execute("""
        insert into payments.transactions
        select (
            jsonb_populate_record(transactions, jsonb_build_object(
                'transaction_id', 'old' || number, 'account_id', 'another', 'merchant_id', 'another',
                'device_id', 'another', 'occurred_at', occurred_at - interval '3 years', 'known_at', known_at
            ))
        ).*
        from payments.transactions, generate_series(1, 1001) as number
        where transaction_id = 't01'
    """)
    tamper(connection, built, "update {table} set account_txn_count_1h = -1 where spine_id = 't22'")
    assert built.failures(connection, "no_future_knowledge", on=TABLE) == {"t22"}


def test_no_future_knowledge_fails_on_an_emptied_table(
    built: BuiltProject, connection: "psycopg.Connection[Any]"
) -> None:
    tamper(connection, built, "delete from {table}")
    assert EXPOSED_TRANSACTION in built.failures(connection, "no_future_knowledge", on=TABLE)


def test_times_that_never_count_are_told_and_stop_no_test(
    built: BuiltProject, connection: "psycopg.Connection[Any]"
) -> None:

    def told(on: str, name: str) -> set[str]:
        """The events that the test tells of. By their ids alone: Python has no such times."""
        select = built.test("times_in_span", on=on)
        return {row[0] for row in connection.execute(f"select {name} from ({select}) as told")}

    assert told("stg_transactions", "transaction_id") == set()
    connection.execute("set local truepoint.load_history = 'on'")
    copied = """
        insert into payments.transactions
        select (
            jsonb_populate_record(transactions, jsonb_build_object(
                'transaction_id', odd.name, 'occurred_at', odd.occurred_at, 'known_at', odd.known_at
            ))
        ).*
        from payments.transactions, (values
            ('long ago', '4713-01-01 00:00:00+00 BC', '2025-01-01Z'), ('known long ago', '2025-01-01Z', '-infinity'),
            ('never', 'infinity', '2025-01-01Z'), ('known never', '2025-01-01Z', 'infinity'),
            ('first', '1900-01-01Z', '1900-01-01Z')
        ) as odd (name, occurred_at, known_at)
        where transaction_id = %s
    """
    connection.execute(copied, (EXPOSED_TRANSACTION,))
    odd = {"long ago", "known long ago", "never", "known never"}
    assert told("stg_transactions", "transaction_id") == odd
    assert built.failures(connection, "parity", on=TABLE) == set()
    assert built.failures(connection, "no_future_knowledge", on=TABLE) == set()
    connection.execute("update payments.accounts set opened_at = 'infinity' where account_version_id = 'v0'")
    assert told("stg_accounts", "account_version_id") == {"v0"}


def test_a_row_that_decides_the_only_late_event_is_not_taken(
    built: BuiltProject, connection: "psycopg.Connection[Any]"
) -> None:
    # Its own event never counts, so such a row proves nothing.
    connection.execute("set local truepoint.load_history = 'on'")
    connection.execute("update payments.chargebacks set known_at = occurred_at")
    connection.execute("update payments.accounts set known_at = occurred_at")
    connection.execute("update payments.transactions set known_at = occurred_at where transaction_id <> %s", ("t36",))
    connection.execute(f"delete from {built.relation('spine_transactions')} where spine_id > %s", ("t36",))
    tamper(connection, built, "update {table} set account_txn_count_1h = -1")
    assert built.failures(connection, "no_future_knowledge", on=TABLE) == set()


def test_dbt_test_fails_on_a_tampered_table_and_passes_when_it_is_mended(built: BuiltProject) -> None:
    table = built.relation(TABLE)
    change = f"update {table} set account_txn_count_1h = account_txn_count_1h + %s {ROW}"
    with psycopg.connect(built.project.dsn, autocommit=True) as connection:
        connection.execute(change, (1,))
        try:
            result = built.project.invoke("test", "--select", TABLE)
        finally:
            connection.execute(change, (-1,))
    assert not result.is_success
    assert "parity_training_card_fraud" in result.output
    assert "no_future_knowledge_training_card_fraud" in result.output
    built.project.run("test", "--select", TABLE)


def test_both_tests_work_on_a_feature_view_too(
    built: BuiltProject, connection: "psycopg.Connection[Any]", tmp_path: Path
) -> None:
    folder = tmp_path / "dbt_project"
    copy_project(folder)
    path = folder / "models" / "features" / "account_features.yml"
    right = "  - name: account_features\n"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(
        text.replace(right, f"{right}    data_tests: [truepoint.parity, truepoint.no_future_knowledge]\n"),
        encoding="utf-8",
    )
    project = replace(built.project, folder=folder, target_path=tmp_path / "target")
    project.run("compile", "--select", "account_features")
    view = BuiltProject(project)
    for test in ("parity", "no_future_knowledge"):
        assert view.failures(connection, test, on="account_features") == set()
    change = f"update {view.relation('account_features')} set {{}} {ROW}"
    connection.execute(change.format("account_txn_count_1h = account_txn_count_1h + 1"))
    for test in ("parity", "no_future_knowledge"):
        assert view.failures(connection, test, on="account_features") == {EXPOSED_TRANSACTION}
    connection.execute(change.format("account_txn_count_1h = account_txn_count_1h - 1, account_id = 'a1'"))
    assert view.failures(connection, "parity", on="account_features") == {EXPOSED_TRANSACTION}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("    exists (\n", "    not exists (\n"),
        (
            "_online_conditions(view, 'request.as_of')",
            "_online_conditions(view, truepoint.time_minus('request.as_of', 3600))",
        ),
        (
            "_online_conditions(view, 'request.as_of')",
            "_online_conditions(view, 'request.as_of', \"request.as_of - interval '1 day'\")",
        ),
    ],
    ids=["negated", "an_hour_late", "within_a_day"],
)
def test_parity_sees_a_wrong_found(
    built: BuiltProject, connection: "psycopg.Connection[Any]", tmp_path: Path, right: str, wrong: str
) -> None:
    folder = tmp_path / "dbt_project"
    copy_project(folder)
    path = macros_of(folder) / "online" / "online_view.sql"
    text = path.read_text(encoding="utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    project = replace(built.project, folder=folder, target_path=tmp_path / "target")
    project.run("compile", "--select", TABLE)
    assert BuiltProject(project).failures(connection, "parity", on=TABLE)


def test_no_future_knowledge_sees_a_leak_of_the_compilers_in_both_forms(small_world_dsn: str, tmp_path: Path) -> None:
    # All forms take each event for known when it happens. So they agree: parity cannot see it.
    folder = tmp_path / "dbt_project"
    copy_project(folder)
    for file, right, wrong in (
        (
            "training/training_events.sql",
            "{{ truepoint._get_known_time(view.events) }} as",
            "{{ view.events.event_time }} as",
        ),
        (
            "online/online_view.sql",
            "known_at=truepoint._get_known_time(view.events, 'event.')",
            "known_at='event.' ~ view.events.event_time",
        ),
        (
            "contract/known_key.sql",
            "known_at = truepoint._get_known_time(view.events, 'counted.')",
            "known_at = 'counted.' ~ view.events.event_time",
        ),
    ):  # fmt: skip
        path = macros_of(folder) / file
        text = path.read_text(encoding="utf-8")
        assert right in text
        path.write_text(text.replace(right, wrong), encoding="utf-8")
    project = DbtProject(
        folder=folder,
        dsn=small_world_dsn,
        target_path=tmp_path / "target",
        variables={"TRUEPOINT_SCHEMA": "leaking_features"},
    )
    project.run("run")
    project.run("compile", "--select", TABLE)
    leaking = BuiltProject(project)
    with psycopg.connect(small_world_dsn) as connection:
        failures = leaking.failures(connection, "no_future_knowledge", on=TABLE)
        assert leaking.failures(connection, "parity", on=TABLE) == set()
    assert EXPOSED_TRANSACTION in failures
