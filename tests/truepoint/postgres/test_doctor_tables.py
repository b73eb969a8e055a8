"""Every event table is looked at, in any schema: its guard, its known times, and whether its rows changed."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.truepoint.postgres.staged import execute, faults, found, staged_registry
from truepoint.compiled.registry import Registry
from truepoint.postgres.doctor import examine
from truepoint.postgres.grants import grant_statements
from truepoint.postgres.guards import ground_statements, install_guard, read_guarded_table
from truepoint.postgres.history_tables import history_table_statements, read_changing_table

OWN = """
create schema shop;
create table shop.orders (
    id text primary key, customer text, cents bigint, status text, at timestamptz not null, seen timestamptz not null
);
"""
VIEW = (
    "select id as transaction_id, customer as account_id, cents as base_amount_minor, at as occurred_at, "
    "{seen} as known_at from shop.orders"
)
MONTHS = (
    "insert into shop.orders select number::text, 'c', 1, 'open', now() - number * interval '1 day', {seen} "
    "from generate_series(1, 200) as number"
)


def guard(dsn: str, *, keeps_given: bool = False) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(ground_statements().encode())
        install_guard(connection, read_guarded_table(connection, "shop", "orders", "seen"), keeps_given=keeps_given)


def counted(dsn: str, *statements: str) -> None:
    """Run statements in one session, which then tells its counts."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        connection.execute("select pg_stat_force_next_flush()")
        connection.execute("select 1")


async def test_an_unguarded_table_of_one_s_own_is_told_and_the_ddl_guards_it(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    examination = await examine(database_dsn, registry)
    (finding,) = (of for of in found(examination, "guard") if not of.is_ok)
    assert finding.subject == "shop.orders"
    assert "truepoint guard shop.orders --known-at seen" in finding.message
    execute(database_dsn, *finding.ddl)
    assert faults(await examine(database_dsn, registry), "guard") == []
    execute(database_dsn, "insert into shop.orders values ('1', 'c', 1, 'open', now(), '2020-01-01')")
    with psycopg.connect(database_dsn) as connection:
        assert connection.execute("select seen > '2021-01-01' from shop.orders").fetchone() == (True,)


async def test_the_ddl_guards_a_database_without_truepoint_s_schema(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN, "drop schema truepoint cascade")
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    (finding,) = (of for of in found(await examine(database_dsn, registry), "guard") if not of.is_ok)
    execute(database_dsn, *finding.ddl)
    assert faults(await examine(database_dsn, registry), "guard") == []


BACKDATE = """
create function public.backdate() returns trigger language plpgsql as
$$ begin new.seen := new.at; return new; end $$
"""


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            ("drop trigger zz_truepoint_append_only on shop.orders",),
            "zz_truepoint_append_only on shop.orders is missing",
        ),
        (("drop trigger zz_truepoint_truncate on shop.orders",), "zz_truepoint_truncate on shop.orders is missing"),
        (("alter table shop.orders enable trigger all",), "does not hold in replica role"),
        (
            ("alter table shop.orders disable trigger zz_truepoint_epoch",),
            "zz_truepoint_epoch on shop.orders is disabled",
        ),
        (
            (
                "create or replace function truepoint.set_seen() returns trigger language plpgsql as "
                "$$ begin return new; end $$",
            ),
            "calls truepoint.set_seen, which is not what it should be",
        ),
        (("alter function truepoint.set_seen() reset search_path",), "calls truepoint.set_seen, which is not"),
        (
            (
                "create or replace trigger zz_truepoint_known_time before insert on shop.orders for each row "
                "when (new.cents > 0) execute function truepoint.set_seen()",
                "alter table shop.orders enable always trigger zz_truepoint_known_time",
            ),
            "has another condition than the guard's",
        ),
        (
            (
                BACKDATE,
                "create trigger zzz before insert on shop.orders for each row execute function public.backdate()",
            ),
            "trigger zzz on shop.orders fires after it and may set seen: rename it to a_zzz",
        ),
        (
            (
                BACKDATE,
                "drop trigger zz_truepoint_known_time on shop.orders",
                "create trigger zz_truepoint_known_time before insert on shop.orders for each row "
                "execute function public.backdate()",
                "alter table shop.orders enable always trigger zz_truepoint_known_time",
            ),
            "is not the guard's",
        ),
    ],
    ids=[
        "append-only dropped",
        "truncate dropped",
        "as after --disable-triggers",
        "epoch disabled",
        "function replaced",
        "search path reset",
        "other condition",
        "a trigger after it",
        "a trigger in its name",
    ],
)
async def test_a_guard_that_is_not_what_it_should_be_is_found(
    database_dsn: str, tmp_path: Path, damage: tuple[str, ...], message: str
) -> None:
    execute(database_dsn, OWN)
    guard(database_dsn)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    assert faults(await examine(database_dsn, registry), "guard") == []
    execute(database_dsn, *damage)
    examination = await examine(database_dsn, registry)
    assert any(message in fault for fault in faults(examination, "guard"))
    if "zzz" not in message:
        (finding,) = (of for of in found(examination, "guard") if not of.is_ok)
        execute(database_dsn, *finding.ddl)
        assert faults(await examine(database_dsn, registry), "guard") == []


async def test_a_trigger_that_fires_before_the_guard_is_no_fault(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN, BACKDATE)
    guard(database_dsn)
    for name in ("update_seen", '"ZZ"', "zz_truepoint_a"):
        execute(
            database_dsn,
            f"create trigger {name} before insert on shop.orders for each row execute function public.backdate()",
        )
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    assert faults(await examine(database_dsn, registry), "guard") == []


async def test_known_times_that_are_given_by_choice_are_no_fault_and_their_changes_are_refused(
    database_dsn: str, tmp_path: Path
) -> None:
    execute(database_dsn, OWN)
    guard(database_dsn, keeps_given=True)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    (finding,) = found(await examine(database_dsn, registry), "guard")
    assert (finding.is_ok, finding.message) == (True, "append-only; known times are given by its writers")


async def test_the_guard_of_partitions_is_looked_at(database_dsn: str, tmp_path: Path) -> None:
    execute(
        database_dsn,
        "create schema shop",
        "create table shop.orders (id text, customer text, cents bigint, at timestamptz, seen timestamptz not null) "
        "partition by range (at)",
        "create table shop.orders_2026 partition of shop.orders for values from ('2026-01-01') to ('2027-01-01')",
    )
    guard(database_dsn)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    assert faults(await examine(database_dsn, registry), "guard") == []
    execute(
        database_dsn,
        "create table shop.orders_2027 partition of shop.orders for values from ('2027-01-01') to ('2028-01-01')",
        "alter table shop.orders_2026 disable trigger zz_truepoint_append_only",
    )
    execute(
        database_dsn,
        "create table shop.attached (like shop.orders)",
        "alter table shop.orders attach partition shop.attached for values from ('2028-01-01') to ('2029-01-01')",
    )
    (finding,) = (of for of in found(await examine(database_dsn, registry), "guard") if not of.is_ok)
    assert "zz_truepoint_truncate on shop.orders_2027 is missing" in finding.message
    assert "zz_truepoint_truncate on shop.attached is missing" in finding.message
    assert "zz_truepoint_epoch on shop.attached is missing" in finding.message
    assert "zz_truepoint_append_only on shop.orders_2026 is not enabled always" in finding.message
    execute(database_dsn, *finding.ddl)
    assert faults(await examine(database_dsn, registry), "guard") == []


async def test_a_table_partitioned_by_its_known_time_is_guarded_without_the_clock(
    database_dsn: str, tmp_path: Path
) -> None:
    execute(
        database_dsn,
        "create schema shop",
        "create table shop.orders (id text, customer text, cents bigint, at timestamptz, seen timestamptz not null) "
        "partition by range (seen)",
        "create table shop.orders_2026 partition of shop.orders for values from ('2026-01-01') to ('2027-01-01')",
    )
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    (finding,) = (of for of in found(await examine(database_dsn, registry), "guard") if not of.is_ok)
    assert "truepoint guard shop.orders --keep-given" in finding.message
    with psycopg.connect(database_dsn) as connection:
        connection.execute(ground_statements().encode())
        kept = read_guarded_table(connection, "shop", "orders", "seen", keeps_given=True)
        install_guard(connection, kept, keeps_given=True)
    assert faults(await examine(database_dsn, registry), "guard") == []
    execute(
        database_dsn,
        "create table shop.late (like shop.orders)",
        "alter table shop.orders attach partition shop.late for values from ('2027-01-01') to ('2028-01-01')",
    )
    (finding,) = (of for of in found(await examine(database_dsn, registry), "guard") if not of.is_ok)
    assert "zz_truepoint_truncate on shop.late is missing" in finding.message
    execute(database_dsn, *finding.ddl)  # which does not fail, as a trigger that sets the partition key would
    assert faults(await examine(database_dsn, registry), "guard") == []
    execute(database_dsn, "insert into shop.orders values ('1', 'c', 1, now(), '2026-05-05')")
    for change in ("delete from shop.orders", "truncate shop.late", "truncate shop.orders_2026"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            execute(database_dsn, change)


async def test_a_server_s_role_reads_a_partitioned_table_through_its_grants(database_dsn: str, tmp_path: Path) -> None:
    execute(
        database_dsn,
        "create schema shop",
        "create table shop.orders (id text, customer text, cents bigint, at timestamptz, seen timestamptz not null) "
        "partition by range (at)",
        "create table shop.orders_2026 partition of shop.orders for values from ('2026-01-01') to ('2027-01-01')",
        "insert into shop.orders values ('1', 'c', 1, '2026-05-05', '2026-05-05')",
    )
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    parts = urlsplit(database_dsn)
    role = f"serving_{parts.path.lstrip('/')}"
    with psycopg.connect(database_dsn) as connection:
        connection.execute(f"create role {role} login password 'secret'".encode())
        for statement in grant_statements(connection, registry, role):
            connection.execute(statement)
    execute(
        database_dsn,
        "create table shop.late partition of shop.orders for values from ('2027-01-01') to ('2028-01-01')",
        "insert into shop.orders values ('2', 'c', 1, '2027-05-05', '2027-05-05')",
    )
    netloc = f"{role}:secret@{parts.netloc.rpartition('@')[2]}"
    try:
        as_role = urlunsplit(parts._replace(netloc=netloc))
        with psycopg.connect(as_role) as connection:
            assert connection.execute("select count(*) from staged.transactions").fetchone() == (2,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select from shop.late")
        assert [of.message for of in (await examine(as_role, registry)).missing if of.check == "relations"] == []
    finally:
        execute(database_dsn, f"drop owned by {role}", f"drop role {role}")


async def test_events_outside_the_span_are_counted_and_told(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN, "insert into shop.orders values ('1', 'c', 1, 'open', now(), now())")
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    (finding,) = found(await examine(database_dsn, registry), "span")
    assert (finding.subject, finding.message) == (
        "staged.transactions",
        "every event lies in the years 1900 to 2149",
    )
    execute(
        database_dsn,
        "insert into shop.orders values ('2', 'c', 1, 'open', '1899-12-31 23:59:59Z', now()), "
        "('3', 'c', 1, 'open', 'infinity', now()), ('4', 'c', 1, 'open', now(), '2150-01-01Z'), "
        "('5', 'c', 1, 'open', '1900-01-01Z', '2149-12-31Z'), ('6', 'c', 1, 'open', '4713-01-01 BC', '-infinity')",
    )
    (finding,) = found(await examine(database_dsn, registry), "span")
    assert finding.message.startswith("4 events never count: occurred_at or known_at lies outside the years 1900 to")


async def test_a_history_that_was_loaded_at_once_and_is_declared_is_no_fault(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN, MONTHS.format(seen="now()"))
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    assert "is the time of a load" in faults(await examine(database_dsn, registry), "known times")[0]
    (service,) = registry.services.values()
    note = "transactions: events before 2026-03-01T00:00:00Z that were loaded then or later count as known 1h after."
    declared = tuple(replace(relation, known_at_note=note) for relation in service.relations)
    registry = Registry({service.name: replace(service, relations=declared)})
    assert faults(await examine(database_dsn, registry), "known times") == []
    (finding,) = found(await examine(database_dsn, registry), "known times")
    assert "count as known 1h after" in finding.message


async def test_a_history_table_is_known_with_what_fills_it(database_dsn: str, tmp_path: Path) -> None:
    execute(
        database_dsn,
        "create schema shop",
        "create table shop.customers (customer text primary key, cents bigint) partition by list (customer)",
        "create table shop.customers_c partition of shop.customers for values in ('c')",
    )
    with psycopg.connect(database_dsn) as connection:
        connection.execute(ground_statements().encode())
        for statement in history_table_statements(read_changing_table(connection, "shop", "customers", ("customer",))):
            connection.execute(statement)
    view = (
        "select version_id::text as transaction_id, customer as account_id, cents as base_amount_minor, "
        "version_at as occurred_at, version_known_at as known_at from shop.customers_history"
    )
    registry = staged_registry(database_dsn, tmp_path, view)

    async def told() -> tuple[bool, str]:
        (finding,) = found(await examine(database_dsn, registry), "history")
        assert finding.subject == "shop.customers_history"
        return finding.is_ok, finding.message

    assert await told() == (True, "keeps every version of shop.customers")
    for change, message in (
        (
            "alter table shop.customers disable trigger zz_truepoint_history",
            "trigger zz_truepoint_history on shop.customers is disabled: alter table shop.customers enable always",
        ),
        ("alter table shop.customers enable trigger zz_truepoint_history", "does not hold in replica role"),
        (
            "create table shop.customers_d partition of shop.customers for values in ('d')",
            "trigger zz_truepoint_history_truncate on shop.customers_d is missing",
        ),
        ("alter table shop.customers add tier text", "column tier of shop.customers is not kept"),
        ("drop table shop.customers", "is a history table, and no trigger fills it: versions are lost"),
    ):
        execute(database_dsn, change)
        is_ok, found_message = await told()
        assert (is_ok, message in found_message) == (False, True), found_message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("update shop.orders set status = 'paid' where id = '1'", "1 rows were updated and 0 deleted since"),
        ("delete from shop.orders where id = '1'", "0 rows were updated and 1 deleted since"),
    ],
    ids=["a status updated in place", "a row deleted"],
)
async def test_a_changed_row_is_found_with_what_to_do(
    database_dsn: str, tmp_path: Path, change: str, message: str
) -> None:
    execute(database_dsn, OWN)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    counted(database_dsn, MONTHS.format(seen="now() - number * interval '1 day'"))
    assert faults(await examine(database_dsn, registry), "changes") == []
    counted(database_dsn, change)
    (fault,) = faults(await examine(database_dsn, registry), "changes")
    assert message in fault
    assert "truepoint history-table shop.orders" in fault
    guard(database_dsn)
    (finding,) = found(await examine(database_dsn, registry), "changes")
    assert finding.is_ok
    assert message in finding.message


async def test_a_row_changed_in_a_joined_table_is_found(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN, "create table shop.customers (name text primary key, limit_cents bigint)")
    execute(database_dsn, "insert into shop.customers values ('c', 5)")
    view = (
        VIEW.format(seen="seen").replace("cents as", "limit_cents as") + " left join shop.customers on name = customer"
    )
    registry = staged_registry(database_dsn, tmp_path, view)
    (finding,) = (of for of in found(await examine(database_dsn, registry), "changes") if "joined" in of.message)
    assert (finding.subject, finding.is_ok) == ("shop.customers", True)
    counted(database_dsn, "update shop.customers set limit_cents = 9")
    (fault,) = faults(await examine(database_dsn, registry), "changes")
    assert fault.startswith("is joined to transactions: 1 rows were updated and 0 deleted since")
    assert "truepoint history-table shop.customers" in fault


STAGED = '"postgres"."staged"."transactions"'


async def test_a_table_that_may_be_updated_where_nobody_reads_needs_no_guard(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    counted(database_dsn, MONTHS.format(seen="now() - number * interval '1 day'"))
    counted(database_dsn, "update shop.orders set status = 'paid' where id = '1'")
    examination = await examine(database_dsn, registry, mutable={STAGED: frozenset({"status"})})
    (guard_finding,) = (of for of in found(examination, "guard") if of.subject == "shop.orders")
    assert guard_finding.is_ok
    assert guard_finding.ddl == ()
    assert (
        "a guard would refuse updates of status (mutable); seen is whatever its writers give" in guard_finding.message
    )
    (finding,) = found(examination, "changes")
    assert finding.is_ok
    assert "1 rows were updated and 0 deleted since" in finding.message
    assert "no event relation reads status, which may change (mutable)" in finding.message
    counted(database_dsn, "delete from shop.orders where id = '2'")
    (fault,) = faults(await examine(database_dsn, registry, mutable={STAGED: frozenset({"status"})}), "changes")
    assert "1 rows were updated and 1 deleted" in fault


async def test_a_table_whose_history_is_kept_and_that_has_no_guard_is_told_as_any_other(
    database_dsn: str, tmp_path: Path
) -> None:
    execute(database_dsn, OWN)
    with psycopg.connect(database_dsn) as connection:
        connection.execute(ground_statements().encode())
        for statement in history_table_statements(read_changing_table(connection, "shop", "orders", ("id",))):
            connection.execute(statement)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    (fault,) = faults(await examine(database_dsn, registry), "guard")
    assert fault.startswith("is not guarded: events may be changed, and seen is whatever its writers give")
    examination = await examine(database_dsn, registry, mutable={STAGED: frozenset({"status"})})
    assert faults(examination, "guard") == []


async def test_a_mutable_column_that_a_relation_reads_is_no_excuse(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN)
    view = VIEW.format(seen="seen").replace("cents as", "case when status = 'open' then cents end as")
    registry = staged_registry(database_dsn, tmp_path, view)
    counted(database_dsn, MONTHS.format(seen="now() - number * interval '1 day'"))
    counted(database_dsn, "update shop.orders set status = 'paid' where id = '1'")
    examination = await examine(database_dsn, registry, mutable={STAGED: frozenset({"status"})})
    assert "1 rows were updated" in faults(examination, "changes")[0]
    assert "truepoint guard shop.orders" in faults(examination, "guard")[0]


async def test_counters_that_a_crash_lost_are_told_by_when_counting_began(database_dsn: str, tmp_path: Path) -> None:
    # A crash leaves the database no time of a reset, and lets the server's own counters begin anew, as these resets do.
    execute(database_dsn, OWN)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    for shared in ("archiver", "bgwriter", "wal"):
        execute(database_dsn, f"select pg_stat_reset_shared('{shared}')")
    with psycopg.connect(database_dsn) as connection:
        row = connection.execute(
            "select to_char(least(archiver.stats_reset, writer.stats_reset) at time zone 'UTC', 'YYYY-MM-DD HH24:MI') "
            "from pg_stat_archiver as archiver, pg_stat_bgwriter as writer"
        ).fetchone()
    (finding,) = found(await examine(database_dsn, registry), "changes")
    assert row is not None
    assert finding.message == f"no row was updated or deleted since {row[0]} UTC, when counting began"


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        ("now()", "is the time of a load, and before it features see nothing"),
        ("now() - random() * interval '50 minutes'", "is the time of a load"),
        (
            "now() - number * interval '1 day' - interval '1 hour'",
            "200 of 200 sampled rows were known before they happened",
        ),
        ("now() - number * interval '1 day'", None),
        ("now() - (number / 2) * interval '1 day'", None),
    ],
    ids=["default now()", "loaded within an hour", "known before it happened", "at once", "half as late"],
)
async def test_known_times_that_cannot_be_meant_are_found(
    database_dsn: str, tmp_path: Path, seen: str, message: str | None
) -> None:
    execute(database_dsn, OWN, MONTHS.format(seen=seen))
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    told = faults(await examine(database_dsn, registry), "known times")
    assert len(told) == (0 if message is None else 1)
    if message is not None:
        assert message in told[0]


async def test_null_known_times_are_counted(database_dsn: str, tmp_path: Path) -> None:
    execute(database_dsn, OWN, "alter table shop.orders alter seen drop not null", MONTHS.format(seen="null"))
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    told = faults(await examine(database_dsn, registry), "known times")
    assert told == ["seen may be null", "seen is null in 200 of 200 sampled rows, which no feature ever counts"]


async def test_a_known_time_that_is_the_event_time_is_said_and_needs_no_clock(
    database_dsn: str, tmp_path: Path
) -> None:
    execute(database_dsn, OWN, MONTHS.format(seen="now()"))
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="at"))
    examination = await examine(database_dsn, registry)
    (finding,) = found(examination, "known times")
    assert (finding.is_ok, finding.message) == (True, "at is the event time too: no lateness is modelled")
    (unguarded,) = faults(examination, "guard")
    assert "truepoint guard shop.orders --keep-given" in unguarded
    guard(database_dsn, keeps_given=True)
    assert faults(await examine(database_dsn, registry), "guard") == []


async def test_a_dbt_snapshot_is_versions_as_long_as_its_end_is_not_read(database_dsn: str, tmp_path: Path) -> None:
    execute(
        database_dsn,
        "create schema shop",
        "create table shop.orders (id text, customer text, cents bigint, at timestamptz, seen timestamptz not null, "
        "dbt_scd_id text, dbt_valid_from timestamptz, dbt_valid_to timestamptz, dbt_updated_at timestamptz)",
        MONTHS.format(seen="now() - number * interval '1 day'").replace("'open', ", ""),
        "update shop.orders set dbt_valid_to = now()",
    )
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    examination = await examine(database_dsn, registry)
    assert faults(examination, "guard") == []
    assert faults(examination, "changes") == []
    execute(database_dsn, "drop schema staged cascade")
    view = VIEW.format(seen="seen").replace("at as occurred_at", "dbt_valid_to as occurred_at")
    again = staged_registry(database_dsn, tmp_path, view)
    assert "dbt_valid_to changes under it" in faults(await examine(database_dsn, again), "guard")[0]


@pytest.mark.parametrize("seen", ["now()", "now() - number * interval '1 day'"])
async def test_a_role_that_may_only_read_the_view_sees_as_much(database_dsn: str, tmp_path: Path, seen: str) -> None:
    execute(database_dsn, OWN, MONTHS.format(seen=seen))
    guard(database_dsn)
    registry = staged_registry(database_dsn, tmp_path, VIEW.format(seen="seen"))
    parts = urlsplit(database_dsn)
    role = f"reader_{parts.path.lstrip('/')}"
    execute(
        database_dsn,
        f"create role {role} login password 'secret'",
        f"grant usage on schema staged to {role}",
        f"grant select on staged.transactions to {role}",
    )
    netloc = f"{role}:secret@{parts.netloc.rpartition('@')[2]}"
    as_reader = await examine(urlunsplit(parts._replace(netloc=netloc)), registry)
    as_owner = await examine(database_dsn, registry)
    assert [(of.check, of.subject, of.is_ok, of.message) for of in as_reader.findings] == [
        (of.check, of.subject, of.is_ok, of.message) for of in as_owner.findings
    ]
    execute(database_dsn, f"drop owned by {role}", f"drop role {role}")
