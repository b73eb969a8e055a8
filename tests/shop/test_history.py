"""History that is changed from outside: each build looks, says so, and builds anew; proofs fail until then."""

import dataclasses
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.conftest import with_database
from tests.docs.pages import ROOT
from tests.shop.conftest import Shop, build_shop
from tests.shop.world import CORNER_SHOP

CHANGED = "has changed since the last build"
SELECTED = ("--select", "+customer_orders")
BOTH = ("--select", "+customer_orders", "+customer_visits")


@pytest.fixture(scope="module")
def changing_shop(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop of its own, in a database that never saw `truepoint up`."""
    name = f"changing_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_dsn, autocommit=True) as server:
        server.execute(sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(name)))
        try:
            yield build_shop(with_database(postgres_dsn, name), tmp_path_factory.mktemp("changing"), orders=150)
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def fetch(shop: Shop, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(shop.dsn, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def epochs(shop: Shop) -> int:
    (row,) = fetch(shop, "select coalesce(max(epoch), 0) from truepoint.epochs")
    return int(row[0])


CHANGES = {
    "updated in place": ('update shop."Orders" set amount = amount + 7 where "orderId" = 5', "as many are there"),
    "deleted": ('delete from shop."Orders" where "orderId" = 9', "1 fewer are there"),
    "inserted with a past known time": (
        'insert into shop."Orders" select 9, "customerId", 3, channel, status, "placedAt", "loadedAt"'
        ' from shop."Orders" where "orderId" = 10',
        "1 more are there",
    ),
}


def test_a_build_finds_each_change_and_builds_anew(changing_shop: Shop) -> None:
    shop, project = changing_shop, changing_shop.project
    assert CHANGED not in shop.output
    assert CHANGED not in project.run("run", *SELECTED)
    for name, (change, told) in CHANGES.items():
        before = epochs(shop)
        fetch(shop, change)
        output = project.run("run", *SELECTED)
        assert f'The history of orders ("till_staging"."orders") {CHANGED}' in output, name
        assert told in output, name
        assert epochs(shop) == before + 1
        rows = fetch(shop, "select distinct table_epoch from till.customer_orders")
        assert rows == [(before + 1,)], "all rows are built anew"
    assert CHANGED not in project.run("run", *SELECTED)


def test_a_column_that_nobody_reads_may_change(changing_shop: Shop) -> None:
    fetch(changing_shop, "update shop.\"Orders\" set status = 'sent'")
    assert CHANGED not in changing_shop.project.run("run", *SELECTED)


def test_a_snapshot_keeps_the_versions_of_a_table_that_is_updated_in_place(changing_shop: Shop) -> None:
    fetch(changing_shop, "update shop.parcels set state = 'sent' where parcel_id = 3")
    output = changing_shop.project.run("build", "--select", "parcels_versions+")
    assert CHANGED not in output
    assert "parcels: known_at is declared to be the event time" in output
    versions = fetch(changing_shop, "select state from till_staging.parcels where customer_id = 3 order by seen_at")
    assert versions == [("packed",), ("sent",)]


def test_proofs_fail_between_the_change_and_the_build(changing_shop: Shop, tmp_path: Path) -> None:
    shop = changing_shop
    fetch(shop, 'update shop."Orders" set amount = amount + 1000')
    fetch(shop, 'delete from shop."Orders" where "orderId" = 12')
    result = shop.project.invoke("test", "--select", "returns_training", "orders")
    assert not result.is_success
    assert "parity_returns_training" in result.output
    assert "orders: " in result.output
    assert re.search("and [12] deleted since", result.output), "status may change, which the test names; no row may go"
    fetch(shop, "update crm.visits set page = page")
    fetch(shop, "select pg_stat_force_next_flush()")
    result = shop.project.invoke("test", "--select", "visits")
    assert not result.is_success
    assert 'visits: 300 rows of "crm"."visits" were updated in place and 0 deleted' in result.output
    assert "keep its versions" in result.output
    counting = "do $$ begin execute format('alter database %I set track_counts = {}', current_database()); end $$"
    fetch(shop, counting.format("off"))
    try:
        result = shop.project.invoke("test", "--select", "visits")
    finally:
        fetch(shop, counting.format("on"))
    assert not result.is_success
    assert "visits: changes are not counted here (track_counts is off)" in result.output


def test_a_table_built_in_an_epoch_that_began_after_the_look_is_built_anew(changing_shop: Shop) -> None:
    shop = changing_shop
    shop.project.run("run", *BOTH)
    before = epochs(shop)
    # As where another run began the epoch, between this run's look at the visits and its build over them.
    fetch(shop, "update till.truepoint_history set epoch = epoch - 1 where relation like '%visits'")
    fetch(shop, "update crm.visits set page = 'nowhere' where page = (select min(page) from crm.visits)")
    output = shop.project.run("run", *BOTH)
    assert f'The history of visits ("till_staging"."visits") {CHANGED}' in output
    assert epochs(shop) == before + 1
    assert fetch(shop, "select distinct table_epoch from till.customer_visits") == [(before + 1,)]


def test_every_relation_that_changed_is_told_in_one_epoch(changing_shop: Shop) -> None:
    shop = changing_shop
    shop.project.run("run", *BOTH)
    before = epochs(shop)
    fetch(shop, 'update shop."Orders" set amount = amount + 3 where "orderId" = 11')
    fetch(shop, "update crm.visits set page = 'elsewhere' where page = (select min(page) from crm.visits)")
    output = shop.project.run("run", *BOTH)
    for relation in ('orders ("till_staging"."orders")', 'visits ("till_staging"."visits")'):
        assert f"The history of {relation} {CHANGED}" in output
    assert f"Epoch {before + 1} begins" in output
    assert f"Epoch {before + 1} has begun in this run already" in output
    assert epochs(shop) == before + 1
    assert CHANGED not in shop.project.run("run", *BOTH)


def test_a_role_that_may_not_see_epochs_is_told_the_grants(changing_shop: Shop) -> None:
    shop = changing_shop
    role = f"builder_{uuid.uuid4().hex[:8]}"
    fetch(shop, "create schema if not exists truepoint")
    fetch(shop, f"create role {role} login password 'secret'")
    try:
        variables = {**shop.project.variables, "PGUSER": role, "PGPASSWORD": "secret"}
        result = dataclasses.replace(shop.project, variables=variables).invoke("run", *SELECTED)
        assert not result.is_success
        assert f"Role {role} may not read truepoint.epochs" in result.output
        assert f'(allowed: grant usage on schema truepoint to "{role}"; grant select, insert on' in result.output
    finally:
        fetch(shop, f"drop role {role}")


@pytest.mark.parametrize(
    ("marker", "path"),
    [("snapshot", "snapshots/parcels_versions.sql"), ("parcels", "models/warehouse/staging/parcels.sql")],
)
def test_the_page_shows_what_is_tested(marker: str, path: str) -> None:
    page = (ROOT / "docs" / "adopt.md").read_text(encoding="utf-8")
    shown = page.split(f"<!-- test: {marker} -->\n```sql\n")[1].split("```")[0]
    assert shown == (CORNER_SHOP / path).read_text(encoding="utf-8")
