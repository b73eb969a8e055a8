"""A history table has every version of a table that is updated in place, each with the time at which it was known."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from truepoint.cli import app
from truepoint.errors import WarehouseError
from truepoint.postgres.history_tables import read_changing_table

ORDERS = """
create schema "Shop";
create table "Shop"."order" (
    "Id" bigint, region char(2), "user" text, status text, settings json, primary key ("Id", region)
);
insert into "Shop"."order" values (1, 'EE', 'anna', 'open', '{}'), (2, 'EE', 'bert', 'open', null);
"""
VERSIONS = """
select "Id", region, "user", status, version_is_deleted
from "Shop".order_history
order by version_id
"""


@pytest.fixture
def connection(database_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    monkeypatch.setenv("TRUEPOINT_DSN", database_dsn)
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute(ORDERS)
        yield connection


def command(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def keep_history(connection: psycopg.Connection[Any], how: str) -> None:
    arguments = ("history-table", "Shop.order", "--key", "Id", "--key", "region")
    if how == "apply":
        assert "keeps every version of Shop.order from now on" in command(*arguments, "--apply")
    else:
        connection.execute(command(*arguments).encode())


@pytest.mark.parametrize("how", ["apply", "print"])
def test_every_change_is_a_version(connection: psycopg.Connection[Any], how: str) -> None:
    keep_history(connection, how)
    for statement in (
        """update "Shop"."order" set status = 'paid' where "Id" = 1""",
        """update "Shop"."order" set status = 'paid' where "Id" = 1""",  # changes nothing
        """update "Shop"."order" set "Id" = 3 where "Id" = 1""",
        """delete from "Shop"."order" where "Id" = 2""",
        """insert into "Shop"."order" values (4, 'FI', null, 'open', '[]')""",
        """truncate "Shop"."order" """,
    ):
        connection.execute(statement.encode())
    assert connection.execute(VERSIONS).fetchall() == [
        (1, "EE", "anna", "open", False),
        (2, "EE", "bert", "open", False),
        (1, "EE", "anna", "paid", False),
        (1, "EE", None, None, True),
        (3, "EE", "anna", "paid", False),
        (2, "EE", None, None, True),
        (4, "FI", None, "open", False),
        (3, "EE", None, None, True),
        (4, "FI", None, None, True),
    ]


def test_the_latest_version_is_the_row_and_earlier_times_see_earlier_ones(
    connection: psycopg.Connection[Any],
) -> None:
    keep_history(connection, "apply")
    before = connection.execute("select clock_timestamp()").fetchone()
    assert before is not None
    connection.execute("""update "Shop"."order" set status = 'paid' where "Id" = 1""")
    as_of = (
        'select status from "Shop".order_history where "Id" = 1 and version_at <= %s and version_known_at <= %s '
        "order by version_at desc, version_id desc limit 1"
    )
    assert connection.execute(as_of, (before[0], before[0])).fetchone() == ("open",)
    assert connection.execute(as_of, ("infinity", "infinity")).fetchone() == ("paid",)


def test_the_history_is_append_only_and_its_known_times_are_the_clock_s(connection: psycopg.Connection[Any]) -> None:
    keep_history(connection, "apply")
    connection.execute(
        'insert into "Shop".order_history ("Id", region, version_is_deleted, version_at, version_known_at) '
        "values (9, 'EE', false, '2020-01-01', '2020-01-01')"
    )
    assert connection.execute(
        """select count(*) from "Shop".order_history where version_known_at < '2021-01-01'"""
    ).fetchone() == (0,)
    for change in ("delete from", "truncate"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            connection.execute(f'{change} "Shop".order_history'.encode())


def test_a_writer_needs_no_right_to_the_history_and_cannot_forge_it(
    database_dsn: str, connection: psycopg.Connection[Any]
) -> None:
    keep_history(connection, "apply")
    parts = urlsplit(database_dsn)
    role = sql.Identifier(f"clerk_{parts.path.lstrip('/')}")
    connection.execute(sql.SQL("create role {} login password 'secret'").format(role))
    connection.execute(sql.SQL('grant usage on schema "Shop" to {}').format(role))
    connection.execute(sql.SQL('grant select, update on "Shop"."order" to {}').format(role))
    netloc = f"clerk_{parts.path.lstrip('/')}:secret@{parts.netloc.rpartition('@')[2]}"
    with psycopg.connect(urlunsplit(parts._replace(netloc=netloc)), autocommit=True) as clerk:
        clerk.execute("set truepoint.load_history = on")
        clerk.execute("""update "Shop"."order" set status = 'paid'""")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            clerk.execute('select from "Shop".order_history')
    assert connection.execute(
        "select count(*) filter (where version_known_at > now() - interval '1 minute'), count(*) "
        'from "Shop".order_history'
    ).fetchone() == (4, 4)
    assert connection.execute("select count(*) from truepoint.epochs").fetchone() == (0,)
    connection.execute(sql.SQL("drop owned by {}").format(role))
    connection.execute(sql.SQL("drop role {}").format(role))


def test_replicated_changes_and_partitions_are_kept(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        """
        create table public.carts (id bigint, "100%" text) partition by list (id);
        create table public.carts_1 partition of public.carts for values in (1);
        create table public.carts_2 partition of public.carts for values in (2);
        """
    )
    command("history-table", "public.carts", "--key", "id", "--apply")
    connection.execute("set session_replication_role = replica")
    connection.execute("insert into public.carts values (1, 'a'), (2, 'b')")
    connection.execute("update public.carts set \"100%\" = 'c' where id = 2")
    connection.execute("truncate public.carts_1")
    connection.execute("truncate public.carts")
    versions = connection.execute(
        'select id, "100%", version_is_deleted from public.carts_history order by version_id'
    ).fetchall()
    assert versions == [(1, "a", False), (2, "b", False), (2, "c", False), (1, None, True), (2, None, True)]


@pytest.mark.parametrize(
    ("ddl", "key", "message"),
    [
        ("create table public.t (id text)", ("ID",), r"has no column ID, which was given as --key. Its columns: id"),
        ("create table public.t (id text, version_at date)", ("id",), "has the column version_at itself"),
        ("create view public.t as select 1 as id", ("id",), r"public\.t is no table"),
        ("create schema other", ("id",), r"there is no table public\.t"),
    ],
    ids=["key", "name taken", "view", "absent"],
)
def test_what_has_no_history_is_told_in_a_sentence(
    connection: psycopg.Connection[Any], ddl: str, key: tuple[str, ...], message: str
) -> None:
    connection.execute(ddl.encode())
    with pytest.raises(WarehouseError, match=message):
        read_changing_table(connection, "public", "t", key)


def test_a_second_history_is_refused_and_the_first_stays(connection: psycopg.Connection[Any]) -> None:
    keep_history(connection, "apply")
    result = CliRunner().invoke(app, ["history-table", '"Shop"."order"', "--key", "Id", "--key", "region", "--apply"])
    assert result.exit_code == 1
    assert 'nothing was changed: relation "order_history" already exists' in result.output
    assert connection.execute(VERSIONS).fetchall() == [
        (1, "EE", "anna", "open", False),
        (2, "EE", "bert", "open", False),
    ]


@pytest.mark.parametrize("how", ["apply", "print"])
def test_the_guard_of_a_table_of_one_s_own_is_printed_or_run(connection: psycopg.Connection[Any], how: str) -> None:
    connection.execute('create table "Shop"."Select" (id text, "At" timestamptz)')
    connection.execute("drop schema truepoint cascade")
    arguments = ("guard", "Shop.Select", "--known-at", "At")
    if how == "apply":
        assert "Shop.Select is guarded" in command(*arguments, "--apply")
        command(*arguments, "--apply")
    else:
        connection.execute(command(*arguments).encode())
        connection.execute(command(*arguments).encode())
    connection.execute("""insert into "Shop"."Select" values ('1', '2020-01-01')""")
    assert connection.execute("""select "At" > now() - interval '1 hour' from "Shop"."Select" """).fetchone() == (True,)


@pytest.mark.parametrize(
    ("given", "message"),
    [("shop.", "shop."), ("nowhere.t", "there is no table"), ("a b", "a b")],
)
@pytest.mark.usefixtures("connection")
def test_a_name_of_nothing_is_told_in_a_sentence(given: str, message: str) -> None:
    result = CliRunner().invoke(app, ["guard", given])
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
