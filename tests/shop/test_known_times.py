"""The forms of known_at: a column with a history that was loaded at once, and the event time, against the oracle."""

from datetime import UTC, datetime
from typing import Any

import psycopg

from feature_server.main import create_app
from feature_server.settings import load_server_settings
from tests.feature_server.asgi import serving
from tests.oracle.known_times import known_as_it_happens, known_with_history
from tests.oracle.oracle import Event, Request, feature_value
from tests.shop.conftest import Shop
from truepoint.compiled.registry import load_registry

HISTORY_BEFORE = datetime(2025, 5, 10, tzinfo=UTC)
ORDER_FEATURES = {
    "customer_order_count_7d": {"aggregate": "count", "window": "7d"},
    "customer_dearest_order_90d": {"aggregate": "max", "of": "amount_minor", "window": "90d"},
}
VISIT_FEATURES = {
    "customer_visit_count_1d": {"aggregate": "count", "window": "1d"},
    "customer_last_page": {"aggregate": "last", "of": "page", "window": "lifetime"},
}
NO_LATENESS = "visits: known_at is declared to be the event time, so no lateness is modelled."


def fetch(shop: Shop, statement: str) -> list[dict[str, Any]]:
    with psycopg.connect(shop.dsn, row_factory=psycopg.rows.dict_row, options="-c timezone=UTC") as connection:
        return connection.execute(statement.encode()).fetchall()


def test_values_are_the_oracles(shop: Shop) -> None:
    orders = [
        Event(
            event_id=str(row["orderId"]),
            event_time=row["placedAt"],
            known_at=known_with_history(row["placedAt"], row["loadedAt"], history_before=HISTORY_BEFORE, delay="1h"),
            keys=(str(row["customerId"]),),
            attributes={"amount_minor": int(row["amount"] * 100)},
        )
        for row in fetch(shop, 'select * from shop."Orders"')
    ]
    visits = [
        Event(
            event_id=str(row["visit_id"]),
            event_time=row["visited_at"],
            known_at=known_as_it_happens(row["visited_at"]),
            keys=(None if row["customer_id"] is None else str(row["customer_id"]),),
            attributes={"page": row["page"]},
        )
        for row in fetch(shop, "select * from crm.visits")
    ]
    assert sum(event.known_at != loaded for event, loaded in zip(orders, loaded_times(shop), strict=True)) > 20
    for row in fetch(shop, "select * from till.returns_training"):
        request = Request(keys=(str(row["customer_id"]),), as_of=row["as_of"], event_id=row["event_id"])
        wanted = {name: feature_value(orders, request, meta) for name, meta in ORDER_FEATURES.items()}
        unowned = Request(keys=request.keys, as_of=request.as_of)
        wanted |= {name: feature_value(visits, unowned, meta) for name, meta in VISIT_FEATURES.items()}
        assert {name: row[name] for name in wanted} == wanted, row["spine_id"]


def loaded_times(shop: Shop) -> list[datetime]:
    return [row["loadedAt"] for row in fetch(shop, 'select "loadedAt" from shop."Orders"')]


async def test_catalogue_and_proofs_say_that_no_lateness_is_modelled(shop: Shop) -> None:
    service = load_registry(shop.manifest).services["returns_risk"]
    history = "count as known 1h after they happened."
    assert NO_LATENESS in service.notes
    assert sum(note.endswith(history) for note in service.notes) == 2
    assert NO_LATENESS in shop.output, "the dbt tests say it"
    async with serving(create_app(load_server_settings(dsn=shop.dsn, manifest_path=shop.manifest))) as client:
        features = {
            entry["name"]: entry["known_at_note"] for entry in (await client.get("/v1/features")).json()["features"]
        }
        assert features["customer_last_page"] == NO_LATENESS
        assert features["customer_tier"] is None
        assert NO_LATENESS in (await client.get("/v1/services")).json()["services"][0]["notes"]
