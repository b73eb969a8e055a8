"""The guard of an event table holds against every way in that is not its owner's load of history."""

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from truepoint.errors import WarehouseError
from truepoint.postgres.guards import ground_statements, install_guard, read_guarded_table

OLD = "2020-01-01T00:00:00Z"
INSERT = f"insert into payments.merchants values (%s, 'm', null, null, '{OLD}', '{OLD}')"
IS_ARRIVAL = "select known_at > now() - interval '1 hour' from payments.merchants where merchant_version_id = %s"


@pytest.fixture
def connection(database_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(INSERT, ["there"])
        yield connection


@pytest.fixture
def writer_dsn(database_dsn: str, connection: psycopg.Connection[Any]) -> Iterator[str]:
    """URI for a role that may insert and truncate, and owns nothing."""
    parts = urlsplit(database_dsn)
    role = f"writer_{parts.path.lstrip('/')}"
    name = sql.Identifier(role)
    for statement in (
        "create role {} login password 'secret'",
        "grant usage on schema payments, truepoint to {}",
        "grant select, insert, update, delete, truncate on all tables in schema payments to {}",
        "grant insert on truepoint.epochs to {}",
    ):
        connection.execute(sql.SQL(statement).format(name))
    connection.execute(
        sql.SQL("grant temporary on database {} to {}").format(sql.Identifier(connection.info.dbname), name)
    )
    yield urlunsplit(parts._replace(netloc=f"{role}:secret@{parts.netloc.rpartition('@')[2]}"))
    connection.execute(sql.SQL("drop owned by {}").format(name))
    connection.execute(sql.SQL("drop role {}").format(name))


def epochs(connection: psycopg.Connection[Any]) -> list[str]:
    return [cause for (cause,) in connection.execute("select cause from truepoint.epochs order by epoch")]


def value(connection: psycopg.Connection[Any], statement: str, parameters: list[Any] | None = None) -> Any:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


def test_a_replicated_insert_arrives_by_the_clock_and_changes_nothing(connection: psycopg.Connection[Any]) -> None:
    connection.execute("set session_replication_role = replica")
    connection.execute(INSERT, ["new"])
    assert value(connection, IS_ARRIVAL, ["new"])
    for change in (
        "update payments.merchants set country = 'DE'",
        "delete from payments.merchants",
        "truncate payments.merchants",
    ):
        with pytest.raises(psycopg.errors.RaiseException, match=r"payments\.merchants is append-only"):
            connection.execute(change)
    assert value(connection, "select count(*) from payments.merchants") == 2


@pytest.mark.parametrize("setting", ["truepoint.load_history", "session_replication_role"])
def test_one_of_the_loader_s_two_settings_is_not_enough(connection: psycopg.Connection[Any], setting: str) -> None:
    if setting == "session_replication_role":
        connection.execute("set session_replication_role = replica")
        connection.execute("set truepoint.load_history = off")
    else:
        connection.execute("set truepoint.load_history = yes")  # on, and nothing else, is the loader's
    connection.execute(INSERT, ["new"])
    assert value(connection, IS_ARRIVAL, ["new"])


def test_a_temporary_pg_class_does_not_speak_for_the_real_one(
    connection: psycopg.Connection[Any], writer_dsn: str
) -> None:
    with psycopg.connect(writer_dsn, autocommit=True) as writer:
        for statement in (
            "create temporary table pg_class as select oid, (select oid from pg_roles where rolname = current_user) "
            "as relowner from pg_catalog.pg_class",
            "create function pg_temp.clock_timestamp() returns timestamptz language sql "
            "as 'select timestamptz ''2020-01-01'''",
            "create function pg_temp.pg_has_role(name, oid, text) returns boolean language sql as 'select true'",
            "set search_path = pg_temp, pg_catalog",
            "set truepoint.load_history = on",
        ):
            writer.execute(statement)
        writer.execute(INSERT, ["forged"])
        for change in (
            "update payments.merchants set country = 'DE'",
            "delete from payments.merchants",
            "truncate payments.merchants",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                writer.execute(change)
    assert value(connection, IS_ARRIVAL, ["forged"])
    assert epochs(connection) == []


def test_a_setting_changed_amid_the_statement_lets_nothing_past(
    connection: psycopg.Connection[Any], writer_dsn: str
) -> None:
    with psycopg.connect(writer_dsn, autocommit=True) as writer:
        writer.execute(
            "insert into payments.merchants "
            "select set_config('truepoint.load_history', 'on', false) || number, 'm', null, null, "
            f"'{OLD}', '{OLD}' from generate_series(1, 3) as number"
        )
    assert value(connection, IS_ARRIVAL, ["on1"])
    assert value(connection, IS_ARRIVAL, ["on3"])


def test_a_role_that_may_set_replica_role_and_owns_nothing_loads_no_history(
    connection: psycopg.Connection[Any], writer_dsn: str
) -> None:
    role = sql.Identifier(urlsplit(writer_dsn).username or "")
    connection.execute(sql.SQL("grant set on parameter session_replication_role to {}").format(role))
    with psycopg.connect(writer_dsn, autocommit=True) as writer:
        writer.execute("set session_replication_role = replica")
        writer.execute("set truepoint.load_history = on")
        with pytest.raises(psycopg.errors.RaiseException, match=r"only the owner of payments\.merchants"):
            writer.execute(INSERT, ["forged"])
    connection.execute(sql.SQL("revoke set on parameter session_replication_role from {}").format(role))
    assert value(connection, "select count(*) from payments.merchants") == 1


@pytest.mark.parametrize(
    "change",
    [
        "update payments.merchants set country = 'DE'",
        "delete from payments.merchants",
        "truncate payments.merchants",
        "insert into payments.merchants select * from payments.merchants "
        "on conflict (merchant_version_id) do update set country = 'DE'",
        "merge into payments.merchants as target using (values ('there')) as source (id) on merchant_version_id = id "
        "when matched then update set country = 'DE'",
    ],
    ids=["update", "delete", "truncate", "upsert", "merge"],
)
def test_the_owner_too_changes_nothing_but_by_a_load_of_history(
    connection: psycopg.Connection[Any], change: str
) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute(change.encode())
    connection.execute("set truepoint.load_history = on")
    connection.execute(change.encode())
    assert len(epochs(connection)) == 1


def test_a_load_by_hand_keeps_known_times_and_starts_one_epoch_a_transaction(
    connection: psycopg.Connection[Any],
) -> None:
    connection.execute(INSERT, ["live"])
    assert epochs(connection) == []
    connection.execute("set truepoint.load_history = on")
    with connection.transaction():
        connection.execute(INSERT, ["first"])
        connection.execute(INSERT, ["second"])
        connection.execute("delete from payments.merchants where merchant_version_id = 'live'")
    assert len(epochs(connection)) == 1
    assert epochs(connection)[0].startswith("insert of payments.merchants in a load of history, by ")
    assert value(connection, f"select count(*) from payments.merchants where known_at = '{OLD}'") == 2
    connection.execute(INSERT, ["third"])
    assert len(epochs(connection)) == 2


def test_a_trigger_of_the_user_s_does_not_set_the_known_time_after_the_guard(
    connection: psycopg.Connection[Any],
) -> None:
    connection.execute(
        "create function public.backdate() returns trigger language plpgsql as "
        "$$ begin new.known_at := '2020-01-01'; return new; end $$"
    )
    connection.execute(
        "create trigger update_known_at before insert on payments.merchants "
        "for each row execute function public.backdate()"
    )
    connection.execute(INSERT, ["new"])
    assert value(connection, IS_ARRIVAL, ["new"])


KNOWN = '"Known ""at"'
HOSTILE = (
    'create schema "Select"; create table "Select"."Order" '
    f'("Id" uuid primary key, "user" text, "createdAt" timestamptz, {KNOWN} {{type}} not null)'
)


@pytest.mark.parametrize("type_name", ["timestamptz", "timestamp"])
def test_any_table_of_any_name_is_guarded(connection: psycopg.Connection[Any], type_name: str) -> None:
    connection.execute(HOSTILE.replace("{type}", type_name).encode())
    table = read_guarded_table(connection, "Select", "Order", 'Known "at')
    for _ in range(2):  # safe to run again
        connection.execute(ground_statements().encode())
        install_guard(connection, table)
    connection.execute("set time zone 'America/New_York'")
    table_name = '"Select"."Order"'
    connection.execute(f"insert into {table_name} values (gen_random_uuid(), 'u', now(), '2020-01-01')".encode())
    at = KNOWN + (" at time zone 'UTC'" if type_name == "timestamp" else "")
    assert value(connection, f"select {at} between now() - interval '1 minute' and clock_timestamp() from {table_name}")
    for change in (f"update {table_name} set \"user\" = 'v'", f"delete from {table_name}", f"truncate {table_name}"):
        with pytest.raises(psycopg.errors.RaiseException, match=r"Select\.Order is append-only"):
            connection.execute(change.encode())


def test_names_as_long_as_postgres_has_them_are_guarded_each_by_its_own(connection: psycopg.Connection[Any]) -> None:
    for ending in ("a", "b"):
        column = "k" * 62 + ending
        connection.execute(f"create table public.{ending} (id text, {column} timestamptz)".encode())
        install_guard(connection, read_guarded_table(connection, "public", ending, column))
    for ending in ("a", "b"):
        connection.execute(f"insert into public.{ending} values ('1', '{OLD}')".encode())
        assert value(connection, f"select {'k' * 62 + ending} > now() - interval '1 hour' from public.{ending}")


def test_a_column_added_and_dropped_before_does_not_lead_the_guard_astray(connection: psycopg.Connection[Any]) -> None:
    connection.execute("create table public.t (known_at text, id text)")
    connection.execute("alter table public.t drop column known_at, add column known_at timestamptz")
    install_guard(connection, read_guarded_table(connection, "public", "t", "known_at"))
    connection.execute("insert into public.t values ('1')")
    assert value(connection, "select known_at is not null from public.t")


PARTITIONED = """
create table public.events (id text, at timestamptz not null, known_at timestamptz) partition by range (at);
create table public.events_old partition of public.events for values from ('2020-01-01') to ('2026-01-01');
create table public.events_new partition of public.events for values from ('2026-01-01') to ('2030-01-01')
    partition by list (id);
create table public.events_new_a partition of public.events_new for values in ('a');
"""


def test_partitions_are_guarded_now_and_later(connection: psycopg.Connection[Any]) -> None:
    connection.execute(PARTITIONED)
    for _ in range(2):
        install_guard(connection, read_guarded_table(connection, "public", "events", "known_at"))
    connection.execute("create table public.events_new_b partition of public.events_new for values in ('b')")
    connection.execute("create table public.attached (id text, at timestamptz not null, known_at timestamptz)")
    connection.execute("alter table public.events_new attach partition public.attached for values in ('c')")
    connection.execute("set session_replication_role = replica")
    for place, key in (("events", "b"), ("events_new_a", "a"), ("attached", "c")):
        connection.execute(f"insert into public.{place} values ('{key}', '2027-01-01', '{OLD}')".encode())
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute(f"delete from public.{place}".encode())
    assert value(connection, f"select count(*) from public.events where known_at > '{OLD}'") == 3
    for place in ("events", "events_old", "events_new", "events_new_a"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute(f"truncate public.{place}".encode())


@pytest.mark.parametrize(
    ("ddl", "message"),
    [
        ("create view public.t as select now() as known_at", "public.t is a view: a guard is put on the table"),
        ("create table public.t (id text)", "public.t has no column known_at, .* columns: id"),
        ("create table public.t (known_at date)", "public.t.known_at is date: a known time is timestamptz"),
        (
            "create table public.t (known_at timestamptz not null) partition by range (known_at)",
            "public.t is partitioned by its known time known_at",
        ),
        ("create schema other", "there is no table public.t in this database"),
    ],
    ids=["view", "no column", "date", "partitioned by known time", "absent"],
)
def test_what_cannot_be_guarded_is_refused_in_a_sentence(
    connection: psycopg.Connection[Any], ddl: str, message: str
) -> None:
    connection.execute(ddl.encode())
    with pytest.raises(WarehouseError, match=message):
        read_guarded_table(connection, "public", "t", "known_at")


def test_a_table_of_given_known_times_is_append_only_all_the_same(connection: psycopg.Connection[Any]) -> None:
    connection.execute("create table public.t (id text, known_at timestamptz)")
    table = read_guarded_table(connection, "public", "t", "known_at")
    install_guard(connection, table)
    install_guard(connection, table, keeps_given=True)
    connection.execute(f"insert into public.t values ('1', '{OLD}')".encode())
    assert value(connection, f"select known_at = '{OLD}' from public.t")
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        connection.execute("delete from public.t")


def test_writers_and_a_load_do_not_wait_for_one_another(database_dsn: str, connection: psycopg.Connection[Any]) -> None:
    with psycopg.connect(database_dsn) as loader:
        loader.execute("set local truepoint.load_history = on")
        loader.execute("set local session_replication_role = replica")
        loader.execute(INSERT, ["history"])
        done = threading.Event()

        def write() -> None:
            connection.execute(INSERT, ["live"])
            done.set()

        thread = threading.Thread(target=write)
        thread.start()
        thread.join(timeout=10)
        assert done.is_set()
    assert value(connection, IS_ARRIVAL, ["live"])
    assert value(connection, f"select known_at = '{OLD}' from payments.merchants where merchant_version_id = 'history'")
