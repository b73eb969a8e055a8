"""Columns of every type, as attributes, keys, event ids and request fields: both forms give what the oracle gives."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest

from tests.compiler.agreement import is_same
from tests.compiler.feature_database import FeatureDatabase
from tests.compiler.typed_project import ATTRIBUTES, CONDITIONS, DERIVED, KEYS, TABLES, definitions, write_project
from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject
from tests.oracle.oracle import Event, Request, feature_value
from truepoint.compiled.registry import load_registry
from truepoint.postgres.connecting import connect_asyncpg
from truepoint.postgres.doctor.agreement import examine_agreement
from truepoint.postgres.doctor.indexes import examine_indexes

START: Final = datetime(2025, 6, 1, 12, tzinfo=UTC)
UUIDS: Final = [UUID(int=number) for number in (2**128 - 1, 0x0A << 120, 0x9F << 120, 7)]


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


def some_orders(choose: random.Random) -> list[dict[str, Any]]:
    values: dict[str, list[Any]] = {
        "order_ref": [*UUIDS, None],
        "items": [-32_768, 1, 2, 3, 32_767, None],
        "shipped_on": [date(1, 1, 1), date(2025, 5, 31), date(9999, 12, 31), None],
        "status": ["zeta", "alpha", "Beta", None],
        "iso": ["EE", "E", "EST", "", None],
        "sku": ["a", "a ", "Z", "ä", "", None],
        "code": ["b", "C", "b ", None],
        "price": [Decimal("0.10"), Decimal("0.20"), Decimal("-9999999999.99"), Decimal("9999999999.99"), None],
    }
    ids = choose.sample(range(2, 120), 40)  # 9 is less than 10, and its text is not
    orders = []
    for order_id in ids:
        occurred_at = START + timedelta(days=choose.randrange(12))
        orders.append(
            {
                "order_id": order_id,
                "customer": choose.choice([*UUIDS[:2], None]),
                "store": choose.choice([2**62, -5, None]),
                **{name: choose.choice(values[name]) for name in ATTRIBUTES},
                "occurred_at": occurred_at,
                "known_at": occurred_at + timedelta(days=choose.randrange(3)),
            }
        )
    return orders


def some_asks(choose: random.Random, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "spine_id": f"s{number}",
            "event_id": choose.choice([None, *(order["order_id"] for order in orders)]),
            "as_of": START + timedelta(days=choose.randrange(14), microseconds=choose.choice([-1, 0])),
            "customer": choose.choice([*UUIDS[:3], None]),
            "store": choose.choice([2**62, -5, 0, None]),
            "party": choose.choice([1, 16_000, None]),
            "ships_on": choose.choice([date(2025, 5, 31), date(2025, 6, 1), None]),
            "gift_ref": choose.choice([*UUIDS, None]),
            "wish": choose.choice(["Ä", "", None]),
        }
        for number in range(12)
    ]


def expected_values(orders: list[dict[str, Any]], ask: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key in KEYS:
        events = [
            Event(
                order["order_id"],
                order["occurred_at"],
                order["known_at"],
                (plain(order[key]),),
                {name: plain(order[name]) for name in ATTRIBUTES},
            )
            for order in orders
        ]
        request = Request((plain(ask[key]),), ask["as_of"], ask["event_id"])
        for name, (type_name, meta) in definitions(key).items():
            condition = CONDITIONS.get(name.removeprefix(f"{key}_"))
            value = feature_value(events, request, meta, condition[1] if condition else lambda attributes: True)
            values[name] = Decimal(value) if type_name == "numeric" and value is not None else value
    party, ships_on, gift_ref = ask["party"], ask["ships_on"], plain(ask["gift_ref"])
    shipped_on, order_ref = values["customer_shipped_on_last"], values["customer_order_ref_last"]
    values |= {
        "party_twice": None if party is None else party + party,
        "ships_later": None if None in (ships_on, shipped_on) else ships_on > shipped_on,
        "is_same_ref": None if None in (gift_ref, order_ref) else gift_ref == order_ref,
        "wish_or_last": ask["wish"] if ask["wish"] is not None else values["customer_sku_last"],
    }
    assert values.keys() >= DERIVED.keys()
    return values


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(element) for element in value]
    return str(value) if isinstance(value, UUID) else value


def write(shop: Shop, table: str, rows: list[dict[str, Any]]) -> None:
    names = ", ".join(rows[0])
    with shop.connection.cursor() as cursor:
        marks = ", ".join(f"%({name})s" for name in rows[0])
        cursor.executemany(f"insert into shop.{table} ({names}) values ({marks})", rows)


@pytest.mark.parametrize("seed", range(4))
def test_values_of_every_type_are_those_of_the_oracle(shop: Shop, seed: int) -> None:
    choose = random.Random(seed)
    orders = some_orders(choose)
    asks = some_asks(choose, orders)
    try:
        write(shop, "orders", orders)
        write(shop, "asks", asks)
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
            wrong = {
                name: (value, plain(given[name]))
                for name, value in expected.items()
                if not is_same(value, plain(given[name]))
            }
            assert not wrong, (form, ask)


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
