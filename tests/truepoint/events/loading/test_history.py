"""Who may bring known times of their own, and what a load leaves behind."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.truepoint.events.loading.event_files import NOON, chargeback, epochs, stored, write_csv
from truepoint.errors import WarehouseError
from truepoint.events.loading import load_events, load_history

INSERT = """
insert into payments.chargebacks values
    ('cb-live', 't-1', 'a-1', 'm-1', 'fraud', 1, '2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z')
returning known_at > '2026-05-02T00:00:00Z'
"""


def as_role(dsn: str, role: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"{role}:secret@{parts.netloc.rpartition('@')[2]}"))


@pytest.fixture
def role(database_dsn: str) -> Iterator[str]:
    """A role without any privilege of a superuser, which may use the payments tables."""
    name = f"role_{urlsplit(database_dsn).path.lstrip('/')}"
    identifier = sql.Identifier(name)
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create role {} login password 'secret'").format(identifier))
        for statement in (
            "grant usage on schema payments, truepoint to {}",
            "grant select, insert on all tables in schema payments to {}",
            "grant insert on truepoint.epochs to {}",
        ):
            connection.execute(sql.SQL(statement).format(identifier))
        yield name
        connection.execute(sql.SQL("reassign owned by {} to current_user").format(identifier))
        connection.execute(sql.SQL("drop owned by {}").format(identifier))
        connection.execute(sql.SQL("drop role {}").format(identifier))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "rows.csv", [chargeback(1), chargeback(2)])


def test_a_live_insert_after_a_load_gets_its_known_time_from_the_clock(database_dsn: str, file: Path) -> None:
    load_events(database_dsn, "chargebacks", file)
    with psycopg.connect(database_dsn) as connection:
        assert connection.execute(INSERT).fetchone() == (True,)
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute("delete from payments.chargebacks")


def test_within_a_load_only_the_insert_itself_goes_past_the_triggers(database_dsn: str, file: Path) -> None:
    load_events(database_dsn, "chargebacks", file)
    with load_history(database_dsn, what="test", cause="test") as load:
        table = load.describe("merchants")
        load.add(table, lambda: iter(()))
        replication_role = load.connection.execute("show session_replication_role").fetchone()
        assert replication_role == ("origin",)


def test_an_owner_without_superuser_rights_loads_the_same_rows(database_dsn: str, role: str, file: Path) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("alter table payments.chargebacks owner to {}").format(sql.Identifier(role)))
        connection.execute(
            sql.SQL("grant temporary on database {} to {}").format(
                sql.Identifier(connection.info.dbname), sql.Identifier(role)
            )
        )
    assert load_events(as_role(database_dsn, role), "chargebacks", file).rows_added == 2
    assert load_events(as_role(database_dsn, role), "chargebacks", file).rows_added == 0
    assert stored(database_dsn) == [chargeback(1), chargeback(2)]


def test_a_role_that_does_not_own_the_table_may_not_load(database_dsn: str, role: str, file: Path) -> None:
    with pytest.raises(WarehouseError, match=f"{role} does not own payments.chargebacks"):
        load_events(as_role(database_dsn, role), "chargebacks", file)
    assert stored(database_dsn) == []
    assert epochs(database_dsn) == []


def test_a_trigger_of_somebody_else_still_runs(database_dsn: str, file: Path) -> None:
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute("create table public.seen (id text)")
        connection.execute(
            "create function public.note() returns trigger language plpgsql as "
            "$$ begin insert into public.seen values (new.chargeback_id); return new; end $$"
        )
        connection.execute(
            "create trigger note after insert on payments.chargebacks for each row execute function public.note()"
        )
        load_events(database_dsn, "chargebacks", file)
        assert connection.execute("select id from public.seen order by id").fetchall() == [("cb-1",), ("cb-2",)]
    assert stored(database_dsn) == [chargeback(1), chargeback(2)]


def test_a_load_that_fails_late_leaves_nothing(database_dsn: str, file: Path) -> None:
    class Stop(Exception):  # noqa: N818
        pass

    from truepoint.events.loading.files import open_event_file

    with pytest.raises(Stop), load_history(database_dsn, what="test", cause="test") as load:  # noqa: PT012
        load.add(load.describe("chargebacks"), open_event_file(file, load.describe("chargebacks")))
        raise Stop
    assert stored(database_dsn) == []
    assert epochs(database_dsn) == []


def test_an_epoch_is_added_only_if_rows_were(database_dsn: str, file: Path) -> None:
    load_events(database_dsn, "chargebacks", file)
    load_events(database_dsn, "chargebacks", file)
    assert epochs(database_dsn) == ["load events chargebacks rows.csv"]


def test_a_second_load_at_the_same_time_is_refused(database_dsn: str, file: Path) -> None:
    with (
        load_history(database_dsn, what="first", cause="first"),
        pytest.raises(WarehouseError, match="Another load of history is running"),
    ):
        load_events(database_dsn, "chargebacks", file)


def test_a_row_that_came_in_live_is_not_taken_for_the_same(database_dsn: str, tmp_path: Path) -> None:
    with psycopg.connect(database_dsn) as connection:
        connection.execute(INSERT)
    live = {**stored(database_dsn)[0]}
    same = write_csv(tmp_path / "same.csv", [live])
    assert load_events(database_dsn, "chargebacks", same).rows_added == 0


def test_loaded_tables_are_analysed_and_all_visible(database_dsn: str, tmp_path: Path) -> None:
    rows = [chargeback(number, occurred_at=NOON + timedelta(seconds=number)) for number in range(1, 2_001)]
    load_events(database_dsn, "chargebacks", write_csv(tmp_path / "rows.csv", rows))
    with psycopg.connect(database_dsn) as connection:
        statistics = connection.execute(
            "select reltuples, relallvisible = relpages from pg_class where oid = 'payments.chargebacks'::regclass"
        ).fetchone()
    assert statistics == (2_000.0, True)


def test_a_database_without_the_schema_is_named(postgres_dsn: str, file: Path) -> None:
    with pytest.raises(WarehouseError, match="truepoint up"):
        load_events(postgres_dsn, "chargebacks", file)


def test_a_database_that_is_not_there_is_an_error_of_ours(file: Path) -> None:
    with pytest.raises(WarehouseError, match="cannot be reached"):
        load_events("postgresql://nobody@127.0.0.1:1/nothing", "chargebacks", file)
