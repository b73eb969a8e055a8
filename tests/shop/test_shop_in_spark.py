"""The shop in Spark, over a lake of all its schemas: the tables that Postgres has, value by value."""

from pathlib import Path

from consistency.engines import compare_tables
from tests.shop.conftest import ORDERS, Shop
from tests.spark.running import run_session
from truepoint.events.lake import export_lake, load_lake_sources, open_lake

TABLES = {
    "checkouts", "customer_orders", "customer_lines", "customer_visits", "customer_standing", "checkout_features",
}  # fmt: skip


def test_the_lake_holds_every_source_that_is_read_and_spark_builds_the_same_tables(shop: Shop, tmp_path: Path) -> None:
    sources = load_lake_sources(shop.manifest)
    assert {table.name: table.known_at for table in sources.tables} == {
        "crm.visits": "visited_at",
        "shop.Orders": "loadedAt",
        "shop.customers_history": "version_known_at",
        "shop.order_lines": None,
        "shop.parcels": None,
        "shop.returned_goods": None,
    }
    (made,) = export_lake(shop.dsn, sources, open_lake(str(tmp_path / "lake")))
    assert made.rows["shop.Orders"] == ORDERS
    assert all(made.rows.values())
    command = {
        "project": str(shop.project.folder),
        "arguments": ["run", "--select", "+returns_training"],
        "variables": {},
    }
    (result,) = run_session([command], tmp_path)
    assert result.is_success, result.output
    compared = {table.name: table for table in compare_tables(shop.dsn, "till", tmp_path / "spark/tables/till.db")}
    assert compared.keys() == TABLES
    assert {name: table.differing for name, table in compared.items()} == {name: {} for name in TABLES}
    assert {table.rows for table in compared.values()} == {ORDERS}
