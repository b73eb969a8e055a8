"""The package in another project: built, served, compared and trained on."""

from typing import Any

import psycopg
import pyarrow as pa

import truepoint
from consistency import compare
from feature_server.main import create_app
from feature_server.settings import load_server_settings
from tests.feature_server.asgi import serving
from tests.shop.conftest import ORDERS, Shop
from truepoint.compiled.manifest import training_relation
from truepoint.compiled.registry import load_registry

SERVICE = "returns_risk"
ASKED = ("customer_id", "amount_minor", "channel", "event_id", "as_of")


def rows_of(shop: Shop, statement: str) -> list[dict[str, Any]]:
    with psycopg.connect(shop.dsn, row_factory=psycopg.rows.dict_row, options="-c timezone=UTC") as connection:
        return connection.execute(statement.encode()).fetchall()


def test_every_column_has_values_and_other_models_are_built_beside(shop: Shop) -> None:
    rows = rows_of(shop, "select * from till.returns_training")
    assert len(rows) == ORDERS
    for column in rows[0]:
        assert len({row[column] for row in rows}) > 1 or column.startswith("table_"), column
    (sales,) = rows_of(shop, "select count(*) from till_reporting.sales_by_day")
    assert sales["count"] > 50


def test_tables_are_analysed_when_they_are_built(shop: Shop) -> None:
    tables = "('checkouts', 'customer_lines', 'customer_orders', 'returns_training')"
    counts = rows_of(shop, f"select relname, reltuples from pg_class where relname in {tables} and relkind = 'r'")
    assert {row["relname"]: row["reltuples"] for row in counts} == dict.fromkeys(
        ("checkouts", "customer_lines", "customer_orders", "returns_training"), ORDERS
    )


async def test_the_server_answers_what_the_training_table_holds(shop: Shop) -> None:
    service = load_registry(shop.manifest).services[SERVICE]
    app = create_app(load_server_settings(dsn=shop.dsn, manifest_path=shop.manifest))
    async with serving(app) as client:
        report = await compare(
            service,
            shop.dsn,
            table=training_relation(shop.manifest, SERVICE),
            url="http://server",
            rows=ORDERS,
            seed=1,
            transport=client._transport,
        )
    assert (report.rows, report.rows_failed, report.differing) == (ORDERS, 0, 0)
    assert report.values == ORDERS * 21
    assert [view.values for view in report.found] == [ORDERS] * len(service.views)
    assert report.found_differing == 0


def test_a_training_set_over_rows_of_ones_own_equals_the_table(shop: Shop) -> None:
    rows = rows_of(shop, "select * from till.returns_training order by spine_id")
    spine = pa.Table.from_pylist([{name: row[name] for name in ASKED} for row in rows])
    result = truepoint.training_set(spine, service=SERVICE, settings=shop.settings)
    features = [feature.name for feature in load_registry(shop.manifest).services[SERVICE].features]
    assert result.select(features).to_pylist() == [{name: row[name] for name in features} for row in rows]
