"""What the dbt test `append_only` reads of models: columns that may change, and tables that nobody declared."""

from functools import cache
from typing import Any, Final

import pytest

from tests.macro_call import Macros

GRAPH: Final[dict[str, Any]] = {}
READS = "reads status, a column that may be updated in place (mutable)"
READS_NO_SOURCE = "orders: reads no source, so nobody can tell whether the rows of its tables change"
SOURCE = "select * from {{ source('shop', 'orders') }}"
BASE = "select * from {{ ref('base') }}"


@cache
def package() -> Macros:
    return Macros("postgres", graph=GRAPH)


def model(name: str, code: str, *reads: str) -> dict[str, Any]:
    return {
        "unique_id": f"model.{name}",
        "resource_type": "model",
        "raw_code": code,
        "depends_on": {"nodes": list(reads)},
    }


def query(orders: str, *, base: str | None = None, reads: str = "source.orders", declares: tuple[str, ...] = ()) -> str:
    """The test's statement on the event relation `orders`. base: a model under it, which then reads the table."""
    above = model("orders", orders, *(["model.base"] if base is not None else [reads] if reads else []))
    nodes = {above["unique_id"]: above}
    if base is not None:
        nodes["model.base"] = model("base", base, *([reads] if reads else []))
    nodes["snapshot.versions"] = {"unique_id": "snapshot.versions", "resource_type": "snapshot"}
    source = {"unique_id": "source.orders", "relation_name": '"shop"."orders"'}
    GRAPH.update(nodes=nodes, sources={"source.orders": source})
    events = {"name": "orders", "node": above, "columns": dict.fromkeys(("order_id", *declares), "text")}
    return str(package()._append_only_query(events, ["status"]))


@pytest.mark.parametrize(
    "made",
    [
        {"orders": "select order_id, status from {{ source('shop', 'orders') }}"},
        {"orders": SOURCE, "declares": ("status",)},
        {"orders": BASE, "base": "select order_id, status as state from {{ source('shop', 'orders') }}"},
        {"orders": BASE, "base": "select order_id, upper(status) as state from {{ source('shop', 'orders') }}"},
        {"orders": BASE, "base": SOURCE + " where status = 'paid'"},
    ],
    ids=["named", "declared", "renamed under it", "computed under it", "in a condition under it"],
)
def test_a_column_that_may_change_is_read(made: dict[str, Any]) -> None:
    assert READS in query(**made)


@pytest.mark.parametrize(
    "made",
    [
        {"orders": SOURCE},
        {"orders": "select order_id from {{ ref('base') }}", "base": "select order_id, orders.status from orders"},
        {
            "orders": "select order_id from {{ ref('base') }}",
            "base": "select status, order_id from orders -- its status",
        },
    ],
    ids=["not declared", "handed on", "in a comment"],
)
def test_a_column_that_may_change_is_not_read(made: dict[str, Any]) -> None:
    assert READS not in query(**made)


def test_tables_that_are_no_sources_are_told() -> None:
    assert READS_NO_SOURCE in query("select order_id from shop.orders", reads="")
    assert READS_NO_SOURCE in query(BASE, base="select order_id from shop.orders", reads="")
    assert READS_NO_SOURCE not in query(SOURCE)
    assert READS_NO_SOURCE not in query("select * from {{ ref('versions') }}", reads="snapshot.versions")
