"""The warehouse over a server that is already there: schema, settings and messages."""

import threading
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from truepoint.errors import WarehouseError
from truepoint.settings import Settings
from truepoint.warehouse import (
    EVENT_TABLES,
    ensure_warehouse,
    install_schema,
    running_dsn,
    stop_warehouse,
    warehouse_status,
)


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


def test_role_without_rights_is_told_what_it_needs(database_dsn: str) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute(
            "do $$ begin create role reader_only login password 'pw'; exception when duplicate_object then end $$"
        )
    reader = _as_role(database_dsn, "reader_only", "pw")
    with pytest.raises(WarehouseError, match="as a role that owns the payments tables"):
        install_schema(reader)


def test_status_of_a_given_server_names_host_and_database_but_no_password(database_dsn: str, tmp_path: Path) -> None:
    settings = Settings(dsn=SecretStr(_as_role(database_dsn, "postgres", "s3cret")), data_dir=tmp_path)
    status = warehouse_status(settings)
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


def test_a_given_server_is_not_ours_to_stop(settings: Settings) -> None:
    with pytest.raises(WarehouseError, match="did not start"):
        stop_warehouse(settings)


def test_nothing_runs_in_an_empty_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "empty", dsn=None)
    assert running_dsn(settings) is None
    assert stop_warehouse(settings) is False
    assert not warehouse_status(settings).is_running


def _as_role(dsn: str, role: str, password: str) -> str:
    scheme, _, rest = dsn.partition("://")
    return f"{scheme}://{role}:{password}@{rest.rpartition('@')[2]}"
