"""The warehouse over a server that is already there: schema, settings and messages."""

import shutil
import tempfile
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from tests.conftest import TEST_SERVER_SETTINGS
from truepoint.errors import WarehouseError
from truepoint.postgres.embedded import EmbeddedPostgres
from truepoint.postgres.warehouse import (
    EVENT_TABLES,
    ensure_warehouse,
    install_schema,
    running_dsn,
    stop_warehouse,
    warehouse_status,
)
from truepoint.settings import Settings


def _event_tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'payments'").fetchall()
    return {name for (name,) in rows}


def _drop_schema(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("drop schema payments cascade")
        connection.execute("drop schema truepoint cascade")


def test_schema_is_installed_where_absent(settings: Settings, database_dsn: str) -> None:
    _drop_schema(database_dsn)
    assert ensure_warehouse(settings) == database_dsn
    assert _event_tables(database_dsn) == set(EVENT_TABLES)


def _project(folder: Path, name: str) -> Path:
    (folder / "dbt_project.yml").write_text(f"# A project.\nname: {name}\nversion: '1.0'\n", encoding="utf-8")
    return folder


def test_a_project_with_tables_of_its_own_gets_no_payments_tables(database_dsn: str, tmp_path: Path) -> None:
    _drop_schema(database_dsn)
    settings = Settings(dsn=SecretStr(database_dsn), data_dir=tmp_path, dbt_project_dir=_project(tmp_path, "shop"))
    for _ in range(2):
        assert ensure_warehouse(settings) == database_dsn
        assert _event_tables(database_dsn) == set()
    with psycopg.connect(database_dsn) as connection:
        assert connection.execute("select count(*) from truepoint.epochs").fetchone() == (0,)
        assert connection.execute("select to_regnamespace('payments')").fetchone() == (None,)
    ensure_warehouse(settings, with_payments=True)  # as `truepoint sample` does
    assert _event_tables(database_dsn) == set(EVENT_TABLES)


def test_the_payments_project_gets_them_under_any_folder(database_dsn: str, tmp_path: Path) -> None:
    _drop_schema(database_dsn)
    project = _project(tmp_path, "'payments'  # as copied")
    ensure_warehouse(Settings(dsn=SecretStr(database_dsn), data_dir=tmp_path, dbt_project_dir=project))
    assert _event_tables(database_dsn) == set(EVENT_TABLES)


def test_schema_is_installed_again_without_loss(database_dsn: str) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute("insert into payments.merchants values ('v1', 'm1', null, null, now(), now())")
    install_schema(database_dsn)
    with psycopg.connect(database_dsn) as connection:
        assert connection.execute("select count(*) from payments.merchants").fetchone() == (1,)


def test_current_schema_is_left_alone_while_others_hold_its_tables(settings: Settings, database_dsn: str) -> None:
    with psycopg.connect(database_dsn) as other:
        other.execute("lock table payments.transactions in access exclusive mode")
        assert ensure_warehouse(settings) == database_dsn


def test_schema_of_another_version_is_brought_up_to_date(settings: Settings, database_dsn: str) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute("comment on schema truepoint is 'payments.sql of another day'")
        connection.execute("drop table payments.chargebacks")
    ensure_warehouse(settings)
    assert _event_tables(database_dsn) == set(EVENT_TABLES)


def test_two_commands_may_install_the_schema_at_once(database_dsn: str) -> None:
    _drop_schema(database_dsn)
    failures: list[BaseException] = []

    def install() -> None:
        try:
            install_schema(database_dsn)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=install) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.fixture
def reader_dsn(database_dsn: str) -> Iterator[str]:
    """URI of the test's database for a role with the password s3cret that owns nothing."""
    role = f"reader_{uuid.uuid4().hex}"
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create role {} login password 's3cret'").format(sql.Identifier(role)))
        scheme, _, rest = database_dsn.partition("://")
        yield f"{scheme}://{role}:s3cret@{rest.rpartition('@')[2]}"
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


def test_role_without_rights_is_told_what_it_needs(reader_dsn: str) -> None:
    with pytest.raises(WarehouseError, match="as a role that owns the payments tables"):
        install_schema(reader_dsn)


def test_role_that_may_only_read_uses_a_current_schema(reader_dsn: str, tmp_path: Path) -> None:
    assert ensure_warehouse(Settings(dsn=SecretStr(reader_dsn), data_dir=tmp_path)) == reader_dsn


def test_status_of_a_given_server_names_host_and_database_but_no_password(reader_dsn: str, tmp_path: Path) -> None:
    status = warehouse_status(Settings(dsn=SecretStr(reader_dsn), data_dir=tmp_path))
    assert status.is_running
    assert not status.is_embedded
    assert "s3cret" not in repr(status)
    assert "TRUEPOINT_DSN" in status.reach
    assert set(status.estimated_rows or {}) == set(EVENT_TABLES)


def test_status_estimates_rows(settings: Settings, database_dsn: str) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute(
            "insert into payments.merchants select i::text, i::text, null, null, now(), now() "
            "from generate_series(1, 50) as i"
        )
        connection.execute("analyze payments.merchants")
    assert (warehouse_status(settings).estimated_rows or {})["merchants"] == 50


def test_unreachable_server_is_one_clear_error(tmp_path: Path) -> None:
    settings = Settings(dsn=SecretStr("postgresql://someone:s3cret@127.0.0.1:1/nothing"), data_dir=tmp_path)
    with pytest.raises(WarehouseError, match="cannot be reached") as caught:
        ensure_warehouse(settings)
    assert "s3cret" not in str(caught.value)
    assert running_dsn(settings) is not None
    assert not warehouse_status(settings).is_running


def test_with_a_given_server_and_none_of_ours_running_nothing_is_stopped(settings: Settings) -> None:
    assert stop_warehouse(settings) is False
    assert warehouse_status(settings).is_running


def test_nothing_runs_in_an_empty_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "empty", dsn=None)
    assert running_dsn(settings) is None
    assert stop_warehouse(settings) is False
    assert not warehouse_status(settings).is_running


PARTITIONED = """
drop table payments.transactions;
create table payments.transactions (
    transaction_id text not null, account_id text not null, merchant_id text not null, device_id text,
    kind text not null check (kind in ('purchase', 'refund')), is_declined boolean not null,
    is_overdraft boolean not null, amount_minor bigint not null, currency text not null,
    base_amount_minor bigint not null, country text, latitude double precision, longitude double precision,
    occurred_at timestamptz not null, known_at timestamptz not null,
    primary key (transaction_id, occurred_at)
) partition by range (occurred_at);
create table payments.transactions_2026_h1 partition of payments.transactions
    for values from ('2026-01-01') to ('2026-07-01');
create table payments.transactions_2026_h2 partition of payments.transactions
    for values from ('2026-07-01') to ('2027-01-01');
"""


def test_partitioned_tables_are_completed(database_dsn: str) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(PARTITIONED)
        install_schema(database_dsn)
        install_schema(database_dsn)
        connection.execute(
            "insert into payments.transactions values "
            "('t', 'a', 'm', null, 'purchase', false, false, 1, 'EUR', 1, null, null, null, '2026-08-01', '2020-01-01')"
        )
        assert connection.execute(
            "select known_at > now() - interval '1 hour', tableoid::regclass::text from payments.transactions"
        ).fetchone() == (True, "payments.transactions_2026_h2")
        options = connection.execute(
            "select relname, reloptions from pg_class where relname like 'transactions%' and relkind in ('r', 'p') "
            "order by relname"
        ).fetchall()
    wanted = ["autovacuum_vacuum_insert_scale_factor=0.01"]
    assert options == [("transactions", None), ("transactions_2026_h1", wanted), ("transactions_2026_h2", wanted)]


@pytest.mark.parametrize(
    ("there", "message"),
    [
        ("create view payments.transactions as select 1 as id", "payments.transactions is a view"),
        ("create materialized view payments.transactions as select 1", "payments.transactions is a materialized view"),
        ("create table payments.transactions (id text)", "payments.transactions has no column known_at"),
        ("create type payments.transactions as (id text)", "payments.transactions is no table"),
    ],
    ids=["view", "materialized view", "another table", "type"],
)
def test_a_thing_of_that_name_that_is_no_event_table_is_told_and_left_alone(
    database_dsn: str, there: str, message: str
) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute("drop table payments.transactions, payments.chargebacks")
        connection.execute(there.encode())
        with pytest.raises(WarehouseError, match=message):
            install_schema(database_dsn)
        assert "chargebacks" not in _event_tables(database_dsn)


def test_the_triggers_of_a_former_schema_give_way(database_dsn: str) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(
            "create trigger set_known_at before insert on payments.merchants "
            "for each row execute function truepoint.set_known_at()"
        )
        install_schema(database_dsn)
        names = connection.execute(
            "select tgname from pg_trigger where tgrelid = 'payments.merchants'::regclass order by tgname"
        ).fetchall()
    assert [name for (name,) in names] == [
        "zz_truepoint_append_only",
        "zz_truepoint_epoch",
        "zz_truepoint_known_time",
        "zz_truepoint_truncate",
    ]


def test_a_database_that_takes_no_changes_is_told_in_a_sentence(database_dsn: str) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute("comment on schema truepoint is 'payments.sql of another day'")
        connection.execute(sql.SQL("alter database {} set default_transaction_read_only = on").format(name))
    with pytest.raises(WarehouseError, match=r"the schema could not be installed: cannot execute .* read-only"):
        install_schema(database_dsn)


def test_a_standby_is_told_in_a_sentence() -> None:
    folder = Path(tempfile.mkdtemp(prefix="truepoint-standby-"))
    replica = {**TEST_SERVER_SETTINGS, "wal_level": "replica", "max_wal_senders": "1"}
    server = EmbeddedPostgres(folder / "postgres", extra_settings=replica)
    try:
        server.start()
        dsn = server.dsn("postgres")
        install_schema(dsn)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("comment on schema truepoint is 'payments.sql of another day'")
        server.stop()
        (server.data_folder / "standby.signal").touch()
        server.start()
        with pytest.raises(
            WarehouseError, match="is a standby, which takes no changes: run `truepoint up` on its primary"
        ):
            install_schema(dsn)
    finally:
        server.stop()
        shutil.rmtree(folder)
