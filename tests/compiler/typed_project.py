"""A dbt project over a shop's orders, whose columns are stored as every type that a column may have.

Keys are uuid and bigint, event ids bigint, request fields of the types that have not been tried elsewhere.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from tests.projects import DBT_PACKAGE, DBT_PROJECT

TABLES: Final = """
create schema shop;
create type shop.status as enum ('zeta', 'alpha', 'Beta');
create domain shop.code as varchar(20);
create domain shop.short_code as shop.code;
create table shop.orders (
    order_id bigint,
    customer uuid,
    store bigint,
    order_ref uuid,
    items smallint,
    shipped_on date,
    status shop.status,
    iso char(3),
    sku varchar(12),
    code shop.short_code,
    price numeric(12, 2),
    occurred_at timestamptz,
    known_at timestamptz
);
create table shop.asks (
    spine_id text,
    event_id bigint,
    as_of timestamptz,
    customer uuid,
    store bigint,
    party smallint,
    ships_on date,
    gift_ref uuid,
    wish varchar(12)
);
"""
# Column -> as it is declared, and the type of its values.
ATTRIBUTES: Final = {
    "order_ref": ("uuid", "uuid"),
    "items": ("smallint", "smallint"),
    "shipped_on": ("date", "date"),
    "status": ("enum", "text"),
    "iso": ("char(3)", "text"),
    "sku": ("character varying(12)", "text"),
    "code": ("VARCHAR", "text"),
    "price": ("decimal(12, 2)", "numeric"),
}
REQUEST: Final = {"party": "int2", "ships_on": "date", "gift_ref": "uuid", "wish": "varchar(12)"}
KEYS: Final = {"customer": "uuid", "store": "bigint"}
DERIVED: Final = {
    "party_twice": ("smallint", "party + party"),
    "ships_later": ("boolean", "ships_on > customer_shipped_on_last"),
    "is_same_ref": ("boolean", "gift_ref = customer_order_ref_last"),
    "wish_or_last": ("text", "coalesce(wish, customer_sku_last)"),
}
# Conditions, and what they are in Python.
CONDITIONS: Final = {
    "status_from_alpha": ("status >= 'alpha'", lambda row: row["status"] is not None and row["status"] >= "alpha"),
    "iso_is_ee": ("iso = 'EE'", lambda row: row["iso"] == "EE"),
    "many_items": ("items * 1000 > 2000", lambda row: row["items"] is not None and row["items"] > 2),
    "shipped_since_may_31": (
        "shipped_on >= '2025-05-31'",
        lambda row: row["shipped_on"] is not None and row["shipped_on"] >= date(2025, 5, 31),
    ),
    "since_june_5": (
        "occurred_at >= '2025-06-05T02:00:00+02:00'",
        lambda row: row["occurred_at"] >= datetime(2025, 6, 5, tzinfo=UTC),
    ),
    "code_is_b": ("code in ('b', 'C')", lambda row: row["code"] in ("b", "C")),
}


def definitions(key: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The features by one key: name -> type, meta."""
    features: dict[str, tuple[str, dict[str, Any]]] = {}
    for column, (_, type_name) in ATTRIBUTES.items():
        array = f"{type_name}[]"
        for name, given, meta in (
            ("last", type_name, {"aggregate": "last", "window": "lifetime"}),
            ("min", type_name, {"aggregate": "min", "window": "10d"}),
            ("max", type_name, {"aggregate": "max", "window": "10d"}),
            ("middle", type_name, {"aggregate": "percentile", "fraction": 0.5, "window": "lifetime"}),
            ("top", array, {"aggregate": "top_k", "k": 2, "window": "lifetime"}),
            ("lasts", array, {"aggregate": "last_k", "k": 3, "window": "10d"}),
            ("distinct", "bigint", {"aggregate": "count_distinct", "window": "10d"}),
        ):
            features[f"{key}_{column}_{name}"] = (given, {"of": column, **meta})
    for column, sum_type in (("items", "bigint"), ("price", "numeric")):
        for name in ("sum", "mean", "variance", "stddev"):
            given = sum_type if name == "sum" else "double precision"
            features[f"{key}_{column}_{name}"] = (given, {"of": column, "aggregate": name, "window": "10d"})
    for name, (where, _) in CONDITIONS.items():
        features[f"{key}_{name}"] = ("bigint", {"aggregate": "count", "window": "lifetime", "where": where})
    return features


def write_project(folder: Path) -> Path:
    """Write the project to `folder`, with the compiler as a local package."""
    orders = {name: declared for name, (declared, _) in ATTRIBUTES.items()} | KEYS
    orders |= {"order_id": "int8", "occurred_at": "timestamptz", "known_at": "timestamp with time zone"}
    spine = {"spine_id": "text", "event_id": "bigint", "as_of": "timestamptz", **KEYS, **REQUEST}
    models: list[dict[str, Any]] = [
        _model(
            "stg_orders",
            {"events": {"event_id": "order_id", "event_time": "occurred_at", "known_at": "known_at"}},
            orders,
        ),
        _model("spine_asks", {"spine": {"decides": "stg_orders"}}, spine),
    ]
    bodies = {
        "stg_orders": "select * from {{ source('shop', 'orders') }}",
        "spine_asks": "select * from {{ source('shop', 'asks') }}",
    }
    for key in KEYS:
        name = f"{key}_features"
        models.append(_view(name, {"feature_view": {"entity": [key]}}, definitions(key)))
        bodies[name] = "{{ truepoint.feature_view(events='stg_orders', spine='spine_asks') }}"
    models.append(
        _view(
            "order_features",
            {"derived_view": {"request": REQUEST}},
            {name: (type_name, {"expression": sql}) for name, (type_name, sql) in DERIVED.items()},
        )
    )
    bodies["order_features"] = "{{ truepoint.derived_view(inputs=['customer_features'], spine='spine_asks') }}"
    views = [f"{key}_features" for key in KEYS] + ["order_features"]
    bodies["training_orders"] = f"{{{{ truepoint.training_set(service='orders', spine='spine_asks', views={views}) }}}}"
    tests = ["truepoint.parity", "truepoint.no_future_knowledge"]
    models.append({"name": "training_orders", "description": "For tests.", "data_tests": tests})
    features = [name for key in KEYS for name in definitions(key)] + list(DERIVED)
    exposure = {
        "name": "orders", "type": "ml", "description": "For tests.",
        "owner": {"name": "Tests", "email": "t@example.com"},
        "depends_on": ["ref('training_orders')"],
        "config": {"meta": {"feature_service": {
            "spine": "spine_asks", "entities": list(KEYS), "request": REQUEST, "features": features,
        }}},
    }  # fmt: skip
    source = {"name": "shop", "schema": "shop", "tables": [{"name": "orders"}, {"name": "asks"}]}
    files = {
        "dbt_project.yml": yaml.safe_dump(
            {"name": "shop", "config-version": 2, "profile": "truepoint", "flags": {"populate_cache": False},
             "models": {"shop": {"+file_format": "parquet"}}}
        ),
        "profiles.yml": (DBT_PROJECT / "profiles.yml").read_text("utf-8"),
        "packages.yml": yaml.safe_dump({"packages": [{"local": str(DBT_PACKAGE)}]}),
        "models/schema.yml": yaml.safe_dump({"sources": [source], "models": models, "exposures": [exposure]}),
        "analyses/online/orders.sql": "{{ truepoint.online_statement('orders') }}",
        "analyses/training/orders_training.sql": "{{ truepoint.training_statement('orders') }}",
        **{f"models/{name}.sql": body for name, body in bodies.items()},
    }  # fmt: skip
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages" / "truepoint").symlink_to(DBT_PACKAGE)
    return folder


def _model(name: str, meta: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": "For tests.",
        "config": {"materialized": "view", "meta": meta},
        "columns": [{"name": column, "data_type": type_name} for column, type_name in columns.items()],
    }


def _view(name: str, meta: dict[str, Any], features: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    return {
        "name": name,
        "description": "For tests.",
        "config": {"meta": meta},
        "columns": [
            {
                "name": feature,
                "description": "For tests.",
                "data_type": type_name,
                "config": {"meta": {"feature": given}},
            }
            for feature, (type_name, given) in features.items()
        ],
    }
