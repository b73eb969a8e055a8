"""What the definitions declare of columns is checked against the database, before a row is built."""

import re
from collections.abc import Iterator
from dataclasses import astuple, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from psycopg import sql

from tests.compiler.feature_database import INSERT_TRANSACTION
from tests.conftest import NewDatabase
from tests.dbt.small_world import small_world
from tests.dbt_processes import run_apart
from tests.dbt_runner import DbtProject
from tests.projects import DBT_PROJECT, copy_project
from truepoint.compiled.training_statement import load_training_statement
from truepoint.errors import WarehouseError
from truepoint.training_sets.database import refuse_undeclared

if TYPE_CHECKING:
    from tests.oracle.card_fraud import Transaction

LAST: Final = small_world()[-1]
# Times without a zone, written in UTC; sessions are in New York.
NAIVE_TIMES: Final = """
alter table payments.transactions
    alter occurred_at type timestamp using occurred_at at time zone 'UTC',
    alter known_at type timestamp using known_at at time zone 'UTC'
"""
LATE_CHARGEBACK: Final = """
insert into payments.chargebacks (
    chargeback_id, transaction_id, account_id, merchant_id, reason, base_amount_minor, occurred_at, known_at
) values ('x', 't31', 'any', %s, 'fraud', 100, %s, %s)
"""
MONEY: Final = """
alter table payments.transactions
    alter base_amount_minor type numeric(14, 2) using base_amount_minor / 100.0
"""
NO_CASE: Final = "create collation no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
NAIVE: Final = "is declared timestamptz and is timestamp without time zone"
IS_BUILT: Final = (
    "select count(*) from pg_class where relnamespace = 'truepoint_features'::regnamespace and relkind = 'r'"
    " and relname <> 'truepoint_history'"
)


def write(connection: "psycopg.Connection[Any]", *transactions: "Transaction") -> None:
    connection.execute("set local truepoint.load_history = 'on'")
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_TRANSACTION, [astuple(transaction) for transaction in transactions])


@pytest.fixture
def naive_dsn(new_database: NewDatabase) -> Iterator[str]:
    """A chargeback that became known an hour after the last decision at its merchant, which is in naive times."""
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            write(connection, *small_world())
            at = LAST.occurred_at
            assert at
            connection.execute(LATE_CHARGEBACK, [LAST.merchant_id, at - timedelta(days=1), at + timedelta(hours=1)])
            connection.execute(NAIVE_TIMES)
            database = sql.Identifier(connection.info.dbname)
            connection.execute(sql.SQL("alter database {} set timezone = 'America/New_York'").format(database))
        yield dsn


def test_text_of_a_collation_that_takes_different_texts_for_equal_stops_the_build(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            write(connection, *small_world())
            try:
                connection.execute(NO_CASE)
            except (
                psycopg.errors.FeatureNotSupported
            ):  # a build without ICU, as the embedded one, can have no such collation
                return
            connection.execute("alter table payments.transactions alter country type text collate no_case")
        refused = run_apart(
            DBT_PROJECT, tmp_path / "target", "build", "--select", "+account_features", "+spine_transactions", dsn=dsn
        )
        assert not refused.is_success
        said = " ".join(refused.output.split())
        assert "stg_transactions.country has the collation no_case, which takes different texts for equal" in said
        assert 'country collate "C" as country' in said
        with psycopg.connect(dsn) as connection:
            assert connection.execute(IS_BUILT).fetchone() == (0,)


def test_times_without_a_zone_stop_the_build_and_are_right_with_their_zone(naive_dsn: str, tmp_path: Path) -> None:
    refused = run_apart(
        DBT_PROJECT, tmp_path / "target", "build", "--select", "+account_profile", "+spine_transactions", dsn=naive_dsn
    )
    assert not refused.is_success
    assert (
        f"stg_transactions.occurred_at {NAIVE}; stg_transactions.known_at {NAIVE}. Nothing was built" in refused.output
    )
    with psycopg.connect(naive_dsn) as connection:
        assert connection.execute(IS_BUILT).fetchone() == (0,)
    tested = run_apart(DBT_PROJECT, tmp_path / "target", "test", "--select", "stg_transactions", dsn=naive_dsn)
    assert not tested.is_success
    assert "Compilation Error in test truepoint_times_in_span_stg_transactions_" in tested.output
    assert f"stg_transactions.occurred_at {NAIVE}" in tested.output

    folder = copy_project(tmp_path / "cast")
    staging = folder / "models" / "staging" / "stg_transactions.sql"
    text = re.sub(r"\b(occurred_at|known_at)(?=,?\n)", r"\1 at time zone 'UTC' as \1", staging.read_text("utf-8"))
    staging.write_text(text, encoding="utf-8")
    project = DbtProject(folder=folder, dsn=naive_dsn, target_path=tmp_path / "target")
    project.run("run", "--select", "+merchant_chargeback_features")
    with psycopg.connect(naive_dsn) as connection:
        counts = connection.execute(
            "select merchant_chargeback_count_90d from truepoint_features.merchant_chargeback_features"
            " where spine_id = %s",
            [LAST.transaction_id],
        )
        assert counts.fetchall() == [(0,)]

        # Built rightly; then the view changes under the table.
        connection.execute("drop view truepoint_features.stg_chargebacks cascade")
        connection.execute(
            "create view truepoint_features.stg_chargebacks as select chargeback_id, transaction_id, account_id,"
            " merchant_id, reason, base_amount_minor as amount_minor, occurred_at::timestamp, known_at"
            " from payments.chargebacks"
        )
    tested = run_apart(folder, tmp_path / "target", "test", "--select", "training_card_fraud", dsn=naive_dsn)
    assert not tested.is_success
    assert f"stg_chargebacks.occurred_at {NAIVE}" in tested.output

    statement = load_training_statement(project.compile_online(), "card_fraud")
    with (
        psycopg.connect(naive_dsn) as connection,
        pytest.raises(WarehouseError, match=f"stg_chargebacks.occurred_at {NAIVE}.*Nothing was written"),
    ):
        refuse_undeclared(connection, statement)


def test_money_that_is_not_whole_stops_the_build_and_is_right_as_numeric(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    amounts = {"e1": 1001, "e2": 1951, "f1": 10699}
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            write(
                connection,
                *(
                    replace(LAST, transaction_id=id_, account_id=id_[0], amount_minor=amount, is_declined=False)
                    for id_, amount in {**amounts, "e3": 0, "f3": 0}.items()
                ),
            )
            connection.execute(MONEY)
        refused = run_apart(DBT_PROJECT, tmp_path / "target", "run", "--select", "+spine_transactions", dsn=dsn)
        assert not refused.is_success
        assert (
            "stg_transactions.amount_minor is declared bigint and is numeric(14,2). Nothing was built" in refused.output
        )

        folder = copy_project(tmp_path / "numeric")
        for path in (folder / "models").rglob("*.yml"):
            text = path.read_text("utf-8")
            text = text.replace("amount_minor: bigint", "amount_minor: numeric")
            text = re.sub(r"(name: (\w*amount_minor|\w+_amount_sum_\w+)\n.*\n +data_type: )bigint", r"\1numeric", text)
            path.write_text(text, encoding="utf-8")
        chargebacks = folder / "models" / "staging" / "stg_chargebacks.sql"
        chargebacks.write_text(
            chargebacks.read_text("utf-8").replace("base_amount_minor as", "base_amount_minor::numeric as"), "utf-8"
        )
        transactions = folder / "models" / "staging" / "stg_transactions.sql"
        transactions.write_text(
            transactions.read_text("utf-8").replace("    amount_minor as", "    amount_minor::numeric as"), "utf-8"
        )
        DbtProject(folder=folder, dsn=dsn, target_path=tmp_path / "target").run("run", "--select", "+account_features")
        with psycopg.connect(dsn) as connection:
            sums = connection.execute(
                "select spine_id, account_amount_sum_24h::text from truepoint_features.account_features"
                " where spine_id in ('e3', 'f3') order by spine_id"
            )
            assert sums.fetchall() == [("e3", "29.52"), ("f3", "106.99")]
