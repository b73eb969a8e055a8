"""Orders and spine rows of the shop of typed_project.py, and what the oracle says of them."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tests.compiler.agreement import is_same
from tests.compiler.typed_project import ATTRIBUTES, CONDITIONS, DERIVED, KEYS, definitions
from tests.oracle.oracle import Event, Request, feature_value

if TYPE_CHECKING:
    import psycopg

START: Final = datetime(2025, 6, 1, 12, tzinfo=UTC)
UUIDS: Final = [UUID(int=number) for number in (2**128 - 1, 0x0A << 120, 0x9F << 120, 7)]


def some_orders(choose: random.Random) -> list[dict[str, Any]]:
    """Forty orders, many of one time."""
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
    """Twelve rows of the spine, some of which decide on an order."""
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
    """What the oracle says of one row."""
    values: dict[str, Any] = {}
    for key in KEYS:
        events = [
            Event(
                order["order_id"],
                order["occurred_at"],
                order["known_at"],
                (plain(order[key]),),
                {name: plain(order[name]) for name in [*ATTRIBUTES, "occurred_at"]},
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
    """A value with uuids as text."""
    if isinstance(value, list):
        return [plain(element) for element in value]
    return str(value) if isinstance(value, UUID) else value


def write(connection: "psycopg.Connection[Any]", table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows into a table of the shop."""
    names = ", ".join(rows[0])
    with connection.cursor() as cursor:
        marks = ", ".join(f"%({name})s" for name in rows[0])
        cursor.executemany(f"insert into shop.{table} ({names}) values ({marks})", rows)


def wrong_values(expected: dict[str, Any], given: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Feature -> what the oracle says, and what was given, where these differ."""
    return {
        name: (value, plain(given[name])) for name, value in expected.items() if not is_same(value, plain(given[name]))
    }
