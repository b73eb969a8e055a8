"""Columns of every type, as attributes, keys, event ids and request fields: both forms give what the oracle gives."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from tests.compiler.feature_database import FeatureDatabase
from tests.compiler.typed_project import KEYS, TABLES, write_project
from tests.compiler.typed_world import expected_values, plain, some_asks, some_orders, write, wrong_values
from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from truepoint.compiled.registry import load_registry
from truepoint.postgres.connecting import connect_asyncpg
from truepoint.postgres.doctor.agreement import examine_agreement
from truepoint.postgres.doctor.indexes import examine_indexes


@dataclass(frozen=True)
class Shop:
    """The project over an empty database: dsn, a connection that nothing is committed on, and what was compiled."""

    dsn: str
    connection: "psycopg.Connection[Any]"
    features: FeatureDatabase
    manifest_path: Path


@pytest.fixture(scope="module")
def shop(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Built by dbt, which looks at the columns, over tables without rows."""
    folder = tmp_path_factory.mktemp("shop")
    with new_database() as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute(TABLES)
        project = DbtProject(folder=write_project(folder / "project"), dsn=dsn, target_path=folder / "target")
        project.run("run")
        project.run("compile", "--select", "resource_type:model", "path:analyses")
        with psycopg.connect(dsn) as connection:
            connection.execute("set plan_cache_mode = force_generic_plan")
            connection.commit()
            manifest_path = folder / "target" / "manifest.json"
            yield Shop(dsn, connection, FeatureDatabase(connection, manifest_path), manifest_path)


@pytest.mark.parametrize("seed", range(4))
def test_values_of_every_type_are_those_of_the_oracle(shop: Shop, seed: int) -> None:
    choose = random.Random(seed)
    orders = some_orders(choose)
    asks = some_asks(choose, orders)
    try:
        write(shop.connection, "orders", orders)
        write(shop.connection, "asks", asks)
        rows = [SimpleNamespace(**{name: plain(value) for name, value in ask.items()}) for ask in asks]
        online = shop.features.online(SimpleNamespace(spine=rows), service="orders")  # type: ignore[arg-type]
        over_spine = shop.features.over_spine(rows, service="orders")  # type: ignore[arg-type]
        training = shop.features.training(service="orders")
    finally:
        shop.connection.rollback()
    for place, ask in enumerate(asks):
        expected = expected_values(orders, ask)
        for form, given in (
            ("training", training[ask["spine_id"]]),
            ("online", online[place]),
            ("over_spine", over_spine[place]),
        ):
            assert not wrong_values(expected, given), (form, ask)


async def test_the_statement_fits_the_database_and_its_index_serves_a_uuid_key(shop: Shop) -> None:
    registry = load_registry(shop.manifest_path)
    service = registry.services["orders"]
    types = {parameter.name: parameter.type for parameter in service.parameters}
    assert types == {
        "customer": "uuid", "store": "bigint", "party": "smallint", "ships_on": "date", "gift_ref": "uuid",
        "wish": "text", "event_id": "bigint", "as_of": "timestamptz",
    }  # fmt: skip
    with psycopg.connect(shop.dsn, autocommit=True) as connection:
        connection.execute(
            "insert into shop.orders (order_id, customer, store, occurred_at, known_at)"
            " select n, md5((n % 500)::text)::uuid, n % 500, timestamptz '2024-01-01Z' + n * interval '1 minute',"
            " timestamptz '2024-01-01Z' + n * interval '1 minute' from generate_series(1, 20000) as numbers (n)"
        )
        for key in KEYS:
            connection.execute(f"create index on shop.orders ({key}, occurred_at)")
        connection.execute("analyze shop.orders")
    try:
        async with connect_asyncpg(shop.dsn) as connection:
            findings = await examine_agreement(connection, registry) + await examine_indexes(connection, registry)
            assert len(findings) == 4
            assert not [finding for finding in findings if not finding.is_ok]
            await connection.execute("set plan_cache_mode = force_generic_plan")
            nulls = ", ".join("null" for _ in service.parameters)
            await connection.execute(f"prepare asked as {service.statement}")
            plan = "\n".join(row[0] for row in await connection.fetch(f"explain execute asked ({nulls})"))
    finally:
        with psycopg.connect(shop.dsn, autocommit=True) as connection:
            connection.execute("truncate shop.orders")
    assert "(orders.customer = request.customer)" in plan or "customer = request.customer" in plan
    assert "Seq Scan on orders" not in plan
