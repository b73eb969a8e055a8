"""Two builds are the same where every bit of every value is; each planted difference is found."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from consistency.builds import compare_builds, main
from consistency.errors import ParityError
from tests.conftest import NewDatabase

BUILD = """
create schema built;
create table built.of_accounts (
    spine_id text, mean double precision, names text[], balance numeric, table_version text
);
insert into built.of_accounts
select 's' || n, n / 7.0, array['a', null], n * 0.10, 'x' from generate_series(0, 99) as n;
create table built.of_others (other_id text, value bigint);
"""
ROW = "where spine_id = 's42'"


@pytest.fixture
def builds(new_database: NewDatabase) -> Iterator[tuple[str, str]]:
    """The DSNs of two databases with the same table."""
    with new_database() as before, new_database() as after:
        for dsn in (before, after):
            run(dsn, BUILD)
        yield before, after


def run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_the_same_build_is_equal_whatever_the_order_of_rows_and_its_version(builds: tuple[str, str]) -> None:
    run(builds[1], "update built.of_accounts set table_version = 'y'")
    (table,) = compare_builds(*builds, "built")
    assert (table.name, table.rows, table.values, table.differing) == ("of_accounts", 100, 300, {})


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (f"update built.of_accounts set mean = mean * (1 + 2e-16) {ROW}", "mean"),
        ("update built.of_accounts set mean = '-0' where spine_id = 's0'", "mean"),
        (f"update built.of_accounts set mean = null {ROW}", "mean"),
        (f"update built.of_accounts set names = array['a', ''] {ROW}", "names"),
        (f"update built.of_accounts set balance = 4.200 {ROW}", "balance"),
    ],
)
def test_a_value_that_differs_in_one_bit_is_found(builds: tuple[str, str], change: str, column: str) -> None:
    run(builds[1], change)
    (table,) = compare_builds(*builds, "built")
    assert table.differing == {column: 1}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (f"delete from built.of_accounts {ROW}", "of_accounts: the builds have different rows"),
        ("delete from built.of_accounts where spine_id = 's99'", "of_accounts: the builds have different rows"),
        ("insert into built.of_accounts values ('t')", "of_accounts: the builds have different rows"),
        ("alter table built.of_accounts drop mean", r"of_accounts: only one build has the columns \['mean'\]"),
        ("drop table built.of_accounts", r"Only one build has the tables \['of_accounts'\]"),
    ],
)
def test_what_one_build_lacks_is_told(builds: tuple[str, str], change: str, told: str) -> None:
    run(builds[1], change)
    with pytest.raises(ParityError, match=told):
        list(compare_builds(*builds, "built"))


def test_nothing_to_compare_is_no_pass(builds: tuple[str, str]) -> None:
    with pytest.raises(ParityError, match="no table of spine rows in schema elsewhere"):
        list(compare_builds(*builds, "elsewhere"))
    for dsn in builds:
        run(dsn, "truncate built.of_accounts")
    with pytest.raises(ParityError, match="has no rows, so nothing can be compared"):
        list(compare_builds(*builds, "built"))


def test_the_command_ends_with_1_where_something_differs(
    builds: tuple[str, str], capsys: pytest.CaptureFixture[Any]
) -> None:
    from typer import Exit

    for change, status, told in (
        ("select 1", 0, "0 differ"),
        ("update built.of_accounts set mean = 0", 1, "99 differ"),
    ):
        run(builds[1], change)
        with pytest.raises(Exit) as ended:
            main(*builds, schema="built")
        assert ended.value.exit_code == status
        assert f"300 values compared, {told}" in capsys.readouterr().out
