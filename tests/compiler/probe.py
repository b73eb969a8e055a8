"""A feature service made for tests: what definitions can say and card_fraud does not.

Offsets, lifetimes, defaults, conditions with null and `or` and `case`, several windows and conditions side by side,
keys of two columns, events other than the decided ones, a second relation of the decided ones with integers and
decimals. Its files are added to a copy of the dbt project.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tests.oracle.card_fraud import SpineRow, Transaction, World
from tests.oracle.oracle import Event, Request, feature_value
from tests.projects import copy_project

Attributes = Mapping[str, Any]
Predicate = Callable[[Attributes], bool | None]


@dataclass(frozen=True)
class Probe:
    """A feature: its meta, its type, and its `where` a second time, in Python. Null in a condition is not true."""

    type: str
    meta: dict[str, Any]
    where: Predicate = field(default=lambda attributes: True)


def count(window: str, **meta: Any) -> Probe:
    return Probe("bigint", {"aggregate": "count", "window": window, **meta})


def distinct(window: str, of: str, **meta: Any) -> Probe:
    return Probe("bigint", {"aggregate": "count_distinct", "of": of, "window": window, **meta})


def last(window: str, of: str, type_name: str, **meta: Any) -> Probe:
    return Probe(type_name, {"aggregate": "last", "of": of, "window": window, **meta})


def amounts(aggregate: str, window: str, of: str = "amount_minor", **meta: Any) -> Probe:
    sum_type = "numeric" if of in DECIMALS else "bigint"
    type_name = sum_type if aggregate == "sum" else "double precision"
    return Probe(type_name, {"aggregate": aggregate, "of": of, "window": window, **meta})


def since_last(window: str, **meta: Any) -> Probe:
    return Probe("double precision", {"aggregate": "seconds_since_last", "window": window, **meta})


def ordered(type_name: str, aggregate: str, window: str, of: str | None = None, **meta: Any) -> Probe:
    """min, max, first, first_k, last_k, top_k, median, percentile, seconds_since_first."""
    return Probe(type_name, {"aggregate": aggregate, "window": window, **({"of": of} if of else {}), **meta})


def where(probe: Probe, sql: str, predicate: Predicate) -> Probe:
    return Probe(probe.type, {**probe.meta, "where": sql}, predicate)


def is_declined(a: Attributes) -> bool | None:
    return a["is_declined"]  # type: ignore[no-any-return]


def is_declined_or_large(a: Attributes) -> bool:
    return bool(a["is_declined"]) or (a["amount_minor"] is not None and a["amount_minor"] > 100)


def is_declined_or_home(a: Attributes) -> bool:
    return bool(a["is_declined"]) or a["country"] == "EE"


def is_odd_sign(a: Attributes) -> bool:
    if a["amount_minor"] is None:
        return False
    return bool(a["amount_minor"] < 0) if a["is_declined"] else bool(a["amount_minor"] > 0)


def is_long_one(a: Attributes) -> bool:
    return a["country"] == "EE" or (a["amount_minor"] or 0) > 100


def is_long_two(a: Attributes) -> bool:
    return a["country"] == "EE" or (a["amount_minor"] or 0) < 0


def is_dear(a: Attributes) -> bool:
    return a["amount_minor"] is not None and float(a["amount_minor"]) / 7.0 > 35.0


def is_priced_above_two(a: Attributes) -> bool:
    return a["price"] is not None and a["price"] > 2


def is_noted(a: Attributes) -> bool:
    return bool(a["note"] == NOTE)


DECLINED = "is_declined"
DECLINED_OR_LARGE = "is_declined or amount_minor > 100"
DECLINED_OR_HOME = "is_declined or country = 'EE'"
ODD_SIGN = "case when is_declined then amount_minor < 0 else amount_minor > 0 end"
# Alike in their first 30 letters, so that names made of conditions meet.
LONG_ONE = "country = 'EE' or country = 'EE' or country = 'EE' or amount_minor > 100"
LONG_TWO = "country = 'EE' or country = 'EE' or country = 'EE' or amount_minor < 0"
# 250 / 7 is above 35, and 35 in whole numbers.
DEAR = "amount_minor / 7 > 35"
# White space and commas, as no one would set them in SQL.
NOTE = "it's ,( here ) ,  twice"
# As every engine reads it: doubled quotation marks are two texts in Spark.
NOTE_SQL: Final = " || chr(39) || ".join(f"'{part}'" for part in NOTE.split("'"))
NOTED = "note = 'it''s ,( here ) ,  twice'"
# A name as long as Postgres takes.
UNITS = "purchase_amount_in_minor_units_within_the_bounds_of_an_integer"
INTEGER = range(-(2**31), 2**31)
# Columns of decimals: name -> digits before and after the point. The amount in units of the last digit.
DECIMALS: Final = {"price": (18, 2), "weight": (38, 18), "rate": (38, 38), "whole": (20, 0)}

ACCOUNT: Final = {
    "p_count_90s": count("90s"),
    "p_count_24h": count("24h"),
    "p_count_lifetime": count("lifetime"),
    "p_count_30d_delayed_7d": count("30d", offset="7d"),
    "p_count_1h_delayed_1h": count("1h", offset="1h"),
    "p_count_lifetime_delayed_1h": count("lifetime", offset="1h"),
    "p_count_of_device_24h": count("24h", of="device_id"),
    "p_declined_1h": where(count("1h"), DECLINED, is_declined),
    "p_declined_or_large_24h": where(count("24h"), DECLINED_OR_LARGE, is_declined_or_large),
    "p_declined_or_large_lifetime": where(count("lifetime"), DECLINED_OR_LARGE, is_declined_or_large),
    "p_declined_or_home_of_device_7d": where(count("7d", of="device_id"), DECLINED_OR_HOME, is_declined_or_home),
    "p_declined_or_home_delayed": where(count("7d", offset="1h"), DECLINED_OR_HOME, is_declined_or_home),
    "p_long_one": where(count("24h"), LONG_ONE, is_long_one),
    "p_long_two": where(count("24h"), LONG_TWO, is_long_two),
    "p_sum_odd_30d": where(amounts("sum", "30d"), ODD_SIGN, is_odd_sign),
    "p_sum_lifetime_delayed_1h": amounts("sum", "lifetime", offset="1h"),
    "p_mean_24h_delayed_1h": amounts("mean", "24h", offset="1h"),
    "p_mean_or_24h": where(amounts("mean", "24h"), DECLINED_OR_LARGE, is_declined_or_large),
    "p_mean_default_1h": amounts("mean", "1h", default=-1),
    "p_variance_24h": amounts("variance", "24h"),
    "p_stddev_lifetime": amounts("stddev", "lifetime"),
    "p_stddev_declined_7d": where(amounts("stddev", "7d"), DECLINED, is_declined),
    "p_declined_share_lifetime": Probe(
        "double precision", {"aggregate": "mean", "of": "is_declined", "window": "lifetime"}
    ),
    "p_merchants_lifetime": distinct("lifetime", "merchant_id"),
    "p_merchants_24h_delayed_1h": distinct("24h", "merchant_id", offset="1h"),
    "p_merchants_24h": distinct("24h", "merchant_id"),
    "p_merchants_or_24h": where(distinct("24h", "merchant_id"), DECLINED_OR_LARGE, is_declined_or_large),
    "p_amounts_7d": distinct("7d", "amount_minor"),
    "p_countries_declined_30d": where(distinct("30d", "country"), DECLINED, is_declined),
    "p_last_country_7d": last("7d", "country", "text"),
    "p_last_device_24h_delayed_1h": last("24h", "device_id", "text", offset="1h"),
    "p_last_amount_lifetime": last("lifetime", "amount_minor", "bigint"),
    "p_last_is_declined_1h": last("1h", "is_declined", "boolean"),
    "p_last_merchant_declined_30d": where(last("30d", "merchant_id", "text"), DECLINED, is_declined),
    "p_last_merchant_or_7d": where(last("7d", "merchant_id", "text"), DECLINED_OR_HOME, is_declined_or_home),
    "p_last_country_default": last("7d", "country", "text", default="it's none"),
    "p_last_amount_default": last("30d", "amount_minor", "bigint", default=-7),
    "p_last_is_declined_default": last("24h", "is_declined", "boolean", default=False),
    "p_stddev_default_1h": amounts("stddev", "1h", default=-1.5),
    "p_variance_default_24h": amounts("variance", "24h", default=0),
    "p_dear_30d": where(count("30d"), DEAR, is_dear),
    "p_mean_dear_lifetime": where(amounts("mean", "lifetime"), DEAR, is_dear),
    "p_last_dear_7d": where(last("7d", "merchant_id", "text"), DEAR, is_dear),
    "p_number_first_7d": where(count("7d"), "100 < amount_minor", lambda a: (a["amount_minor"] or 0) > 100),
    "p_merchants_number_first_7d": where(
        distinct("7d", "merchant_id"), "100 < amount_minor", lambda a: (a["amount_minor"] or 0) > 100
    ),
    "p_merchants_long_one": where(distinct("24h", "merchant_id"), LONG_ONE, is_long_one),
    "p_merchants_long_two": where(distinct("24h", "merchant_id"), LONG_TWO, is_long_two),
    "p_sum_long_one_delayed": where(amounts("sum", "30d", offset="1h"), LONG_ONE, is_long_one),
    "p_sum_long_two_delayed": where(amounts("sum", "30d", offset="1h"), LONG_TWO, is_long_two),
    "p_last_long_one": where(last("7d", "device_id", "text"), LONG_ONE, is_long_one),
    "p_last_long_two": where(last("7d", "device_id", "text"), LONG_TWO, is_long_two),
    "p_since_lifetime_default": since_last("lifetime", default=-1),
    "p_since_7d_delayed_1h": since_last("7d", offset="1h"),
    "p_since_declined_24h": where(since_last("24h"), DECLINED, is_declined),
    "p_since_or_30d": where(since_last("30d"), DECLINED_OR_LARGE, is_declined_or_large),
}
# What stands at a place in an order.
ORDERED: Final = {
    "o_min_1h": ordered("bigint", "min", "1h", "amount_minor"),
    "o_min_7d": ordered("bigint", "min", "7d", "amount_minor"),
    "o_max_7d": ordered("bigint", "max", "7d", "amount_minor"),
    "o_max_lifetime": ordered("bigint", "max", "lifetime", "amount_minor"),
    "o_max_declined_24h_delayed_1h": where(
        ordered("bigint", "max", "24h", "amount_minor", offset="1h"), DECLINED, is_declined
    ),
    "o_min_default_5m": ordered("bigint", "min", "5m", "amount_minor", default=-3),
    "o_min_country_30d": ordered("text", "min", "30d", "country"),
    "o_max_time_24h": ordered("timestamptz", "max", "24h", "occurred_at"),
    "o_median_7d": ordered("double precision", "median", "7d", "amount_minor"),
    "o_median_or_lifetime": where(
        ordered("double precision", "median", "lifetime", "amount_minor"), DECLINED_OR_LARGE, is_declined_or_large
    ),
    "o_percentile_95_7d": ordered("bigint", "percentile", "7d", "amount_minor", fraction=0.95),
    "o_percentile_7_30d_delayed_1h": ordered(
        "bigint", "percentile", "30d", "amount_minor", fraction="0.07", offset="1h"
    ),
    "o_percentile_0_24h": ordered("text", "percentile", "24h", "merchant_id", fraction=0, method="discrete"),
    "o_percentile_33_continuous_30d": ordered(
        "double precision", "percentile", "30d", "amount_minor", fraction=0.333, method="continuous"
    ),
    "o_first_country_7d": ordered("text", "first", "7d", "country"),
    "o_first_is_declined_lifetime": ordered("boolean", "first", "lifetime", "is_declined"),
    "o_first_merchant_declined_24h_delayed_1h": where(
        ordered("text", "first", "24h", "merchant_id", offset="1h"), DECLINED, is_declined
    ),
    "o_since_first_30d": ordered("double precision", "seconds_since_first", "30d"),
    "o_since_first_or_lifetime": where(
        ordered("double precision", "seconds_since_first", "lifetime"), DECLINED_OR_LARGE, is_declined_or_large
    ),
    "o_first_3_countries_7d": ordered("text[]", "first_k", "7d", "country", k=3),
    "o_first_2_amounts_1h": ordered("bigint[]", "first_k", "1h", "amount_minor", k=2),
    "o_last_3_countries_7d": ordered("text[]", "last_k", "7d", "country", k=3),
    "o_last_1_is_declined_lifetime": ordered("boolean[]", "last_k", "lifetime", "is_declined", k=1),
    "o_last_2_times_declined_24h_delayed_1h": where(
        ordered("timestamptz[]", "last_k", "24h", "occurred_at", k=2, offset="1h"), DECLINED, is_declined
    ),
    "o_top_2_merchants_7d": ordered("text[]", "top_k", "7d", "merchant_id", k=2),
    "o_top_3_amounts_lifetime": ordered("bigint[]", "top_k", "lifetime", "amount_minor", k=3),
    "o_top_1_countries_declined_24h_delayed_1h": where(
        ordered("text[]", "top_k", "24h", "country", k=1, offset="1h"), DECLINED, is_declined
    ),
    "o_top_2_is_declined_1h": ordered("boolean[]", "top_k", "1h", "is_declined", k=2),
}
ORDERED_CHARGEBACK: Final = {
    "o_chargeback_first_30d": ordered("text", "first", "30d", "chargeback_id"),
    "o_chargeback_last_2_7d_delayed_1h": ordered("text[]", "last_k", "7d", "chargeback_id", k=2, offset="1h"),
    "o_chargeback_top_2_lifetime": ordered("text[]", "top_k", "lifetime", "chargeback_id", k=2),
}
ORDERED_PURCHASE: Final = {
    "o_price_max_7d": ordered("numeric", "max", "7d", "price"),
    "o_price_median_30d": ordered("double precision", "median", "30d", "price"),
    "o_price_top_2_30d": ordered("numeric[]", "top_k", "30d", "price", k=2),
    "o_units_min_30d": ordered("integer", "min", "30d", UNITS),
    "o_units_percentile_50_lifetime": ordered("integer", "percentile", "lifetime", UNITS, fraction=0.5),
    "o_note_min_7d": ordered("text", "min", "7d", "note"),
    "o_note_first_2_noted_7d": where(ordered("text[]", "first_k", "7d", "note", k=2), NOTED, is_noted),
}
PAIR: Final = {
    "p_pair_count_1h": count("1h"),
    "p_pair_devices_7d": distinct("7d", "device_id"),
    "p_pair_last_device_lifetime": last("lifetime", "device_id", "text"),
}
CHARGEBACK: Final = {
    "p_chargeback_count_24h_delayed_1h": count("24h", offset="1h"),
    "p_chargeback_ids_7d": distinct("7d", "chargeback_id"),
    "p_chargeback_last_id_lifetime": last("lifetime", "chargeback_id", "text"),
    "p_chargeback_since_30d": since_last("30d"),
    "p_chargeback_since_30d_delayed_5m": since_last("30d", offset="5m"),
}
# Over a second relation of the decided events.
PURCHASE: Final = {
    "p_units_sum_30d": amounts("sum", "30d", UNITS),
    "p_units_mean_30d": amounts("mean", "30d", UNITS),
    "p_units_variance_30d": amounts("variance", "30d", UNITS),
    "p_units_stddev_lifetime": amounts("stddev", "lifetime", UNITS),
    "p_units_stddev_long_one_7d_delayed_1h": where(amounts("stddev", "7d", UNITS, offset="1h"), LONG_ONE, is_long_one),
    "p_units_last_7d": last("7d", UNITS, "integer"),
    "p_units_different_long_one_30d": where(distinct("30d", UNITS), LONG_ONE, is_long_one),
    "p_units_different_long_two_30d": where(distinct("30d", UNITS), LONG_TWO, is_long_two),
    "p_price_sum_30d": amounts("sum", "30d", "price"),
    "p_price_mean_30d": amounts("mean", "30d", "price"),
    "p_price_variance_30d": amounts("variance", "30d", "price"),
    "p_price_stddev_24h": amounts("stddev", "24h", "price"),
    "p_price_sum_declined_lifetime": where(amounts("sum", "lifetime", "price"), DECLINED, is_declined),
    "p_price_mean_noted_7d": where(amounts("mean", "7d", "price"), NOTED, is_noted),
    "p_price_stddev_odd_7d": where(amounts("stddev", "7d", "price"), ODD_SIGN, is_odd_sign),
    "p_price_min_30d": ordered("numeric", "min", "30d", "price"),
    "p_price_max_24h": ordered("numeric", "max", "24h", "price", default=-0.75),
    "p_price_first_7d": ordered("numeric", "first", "7d", "price"),
    "p_price_above_sum_30d": where(
        amounts("sum", "30d", "price", offset="1h"),
        "price > 2.50",
        lambda a: a["price"] is not None and a["price"] > 2.5,
    ),
    "p_weight_sum_7d": amounts("sum", "7d", "weight"),
    "p_weight_variance_30d": amounts("variance", "30d", "weight"),
    "p_weight_last_7d": last("7d", "weight", "numeric"),
    "p_rate_mean_30d": amounts("mean", "30d", "rate"),
    "p_rate_stddev_7d": amounts("stddev", "7d", "rate"),
    "p_whole_sum_30d": amounts("sum", "30d", "whole"),
    "p_whole_stddev_30d": amounts("stddev", "30d", "whole"),
    "p_whole_min_7d": ordered("numeric", "min", "7d", "whole"),
    "p_price_last_lifetime": last("lifetime", "price", "numeric", default=0.25),
    "p_prices_30d": distinct("30d", "price"),
    "p_price_count_7d": count("7d", of="price"),
    "p_price_above_two_7d": where(count("7d"), "price > 2", is_priced_above_two),
    "p_price_above_two_halved_7d": where(count("7d"), "price / 2 > 1.0", is_priced_above_two),
    "p_noted_7d": where(count("7d"), NOTED, is_noted),
    "p_noted_among_7d": where(count("7d"), "note in ('x , y', 'it''s ,( here ) ,  twice')", is_noted),
    "p_last_note_24h": last("24h", "note", "text"),
    "p_since_noted_7d": where(since_last("7d"), NOTED, is_noted),
}
# Entity, event relation, features.
View = tuple[tuple[str, ...], str, Mapping[str, Probe]]
VIEWS: Final[Mapping[str, View]] = {
    "probe_account": (("account_id",), "stg_transactions", ACCOUNT),
    "probe_pair": (("account_id", "merchant_id"), "stg_transactions", PAIR),
    "probe_chargeback": (("merchant_id",), "stg_chargebacks", CHARGEBACK),
    "probe_purchase": (("account_id",), "stg_purchases", PURCHASE),
    "probe_ordered": (("account_id",), "stg_transactions", ORDERED),
    "probe_ordered_chargeback": (("merchant_id",), "stg_chargebacks", ORDERED_CHARGEBACK),
    "probe_ordered_purchase": (("account_id",), "stg_purchases", ORDERED_PURCHASE),
}
PURCHASES_SQL: Final = f"""
select
    transaction_id,
    account_id,
    is_declined,
    country,
    base_amount_minor as amount_minor,
    case
        when base_amount_minor > 2147483647 then 2147483647
        when base_amount_minor < -2147483648 then cast(-2147483648 as integer)
        else cast(base_amount_minor as integer)
    end as {UNITS},
    cast(base_amount_minor / 100.0 as numeric(18, 2)) as price,
    cast(base_amount_minor || 'e-18' as numeric(38, 18)) as weight,
    cast(base_amount_minor || 'e-38' as numeric(38, 38)) as rate,
    cast(base_amount_minor as numeric(20)) as whole,
    case when base_amount_minor = 250 then {NOTE_SQL} else 'its, (here), twice' end as note,
    occurred_at,
    known_at
from {{{{ source('payments', 'transactions') }}}}
"""
PURCHASES_TYPES: Final = {
    "transaction_id": "text",
    "account_id": "text",
    "is_declined": "boolean",
    "country": "text",
    "amount_minor": "bigint",
    UNITS: "integer",
    "price": "numeric(18, 2)",
    "weight": "numeric(38,18)",
    "rate": "decimal(38, 38)",
    "whole": "numeric(20)",
    "note": "text",
    "occurred_at": "timestamptz",
    "known_at": "timestamptz",
}
DERIVED: Final = {
    "p_share": ("double precision", "p_declined_or_large_24h / p_count_lifetime"),
    "p_share_rest": ("double precision", "1 - p_share"),
    "p_amount_to_mean": ("double precision", "amount_minor / (p_mean_24h_delayed_1h - p_mean_or_24h)"),
    "p_is_more": ("boolean", "amount_minor > p_last_amount_lifetime and not p_last_is_declined_1h"),
}


def add_view(
    features: Path,
    name: str,
    entity: Sequence[str],
    events: str,
    probes: Mapping[str, Probe],
    *,
    hot_key_rows: int | None = None,
) -> None:
    """Write a feature view to the folder of such models."""
    columns = [
        {
            "name": feature,
            "data_type": probe.type,
            "description": "For tests.",
            "config": {"meta": {"feature": probe.meta}},
        }
        for feature, probe in probes.items()
    ]
    view: dict[str, Any] = {"entity": list(entity)}
    if hot_key_rows is not None:
        view["hot_key_rows"] = hot_key_rows
    model = {"name": name, "config": {"meta": {"feature_view": view}}, "columns": columns}
    (features / f"{name}.yml").write_text(json.dumps({"models": [model]}), encoding="utf-8")
    body = f"{{{{ truepoint.feature_view(events='{events}', spine='spine_transactions') }}}}\n"
    (features / f"{name}.sql").write_text(body, encoding="utf-8")


def add_probe(dbt_project: Path, copy: Path) -> None:
    """Copy the dbt project and add the probe's views, service and online statement. JSON is YAML too."""
    copy_project(copy, source=dbt_project)
    add_purchases(copy / "models")
    features = copy / "models" / "features"
    for name, (entity, events, probes) in VIEWS.items():
        add_view(features, name, entity, events, probes)
    columns = [
        {
            "name": name,
            "data_type": type_name,
            "description": "For tests.",
            "config": {"meta": {"feature": {"expression": sql}}},
        }
        for name, (type_name, sql) in DERIVED.items()
    ]
    derived = {
        "name": "probe_derived",
        "config": {"meta": {"derived_view": {"request": {"amount_minor": "bigint"}}}},
        "columns": columns,
    }
    (features / "probe_derived.yml").write_text(json.dumps({"models": [derived]}), encoding="utf-8")
    body = "{{ truepoint.derived_view(inputs=['probe_account'], spine='spine_transactions') }}\n"
    (features / "probe_derived.sql").write_text(body, encoding="utf-8")
    served = [feature for _, _, probes in VIEWS.values() for feature in probes] + list(DERIVED)
    add_service(copy, "probe", [*VIEWS, "probe_derived"], served, request={"amount_minor": "bigint"})


def add_service(
    copy: Path,
    name: str,
    views: Sequence[str],
    served: Sequence[str],
    *,
    request: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write a feature service over views of account and merchant, with its training table and both its statements."""
    exposure = {
        "name": name,
        "type": "ml",
        "owner": {"name": "Tests", "email": "tests@example.com"},
        "depends_on": [f"ref('training_{name}')"],
        "config": {
            "meta": {
                "feature_service": {
                    "spine": "spine_transactions",
                    "entities": ["account_id", "merchant_id"],
                    **({"request": dict(request)} if request else {}),
                    "features": list(served),
                }
            }
        },
    }
    (copy / "models" / f"{name}.yml").write_text(json.dumps({"exposures": [exposure]}), encoding="utf-8")
    for path, body in (
        (
            f"models/marts/training_{name}.sql",
            f"truepoint.training_set(service='{name}', spine='spine_transactions', views={list(views)})",
        ),
        (f"analyses/online/{name}.sql", f"truepoint.online_statement('{name}')"),
        (f"analyses/training/{name}_training.sql", f"truepoint.training_statement('{name}')"),
    ):
        (copy / path).write_text(f"{{{{ {body} }}}}\n", encoding="utf-8")


def add_purchases(models: Path) -> None:
    """Add a second event relation over the decided events' source, and let the spine decide on both."""
    columns: list[dict[str, Any]] = [{"name": name, "data_type": type_} for name, type_ in PURCHASES_TYPES.items()]
    for column in columns:
        if column["name"] in ("amount_minor", UNITS, *DECIMALS, "note"):
            column["config"] = {"meta": {"source_column": "base_amount_minor"}}
    events = {"event_id": "transaction_id", "event_time": "occurred_at", "known_at": "known_at"}
    model = {"name": "stg_purchases", "config": {"meta": {"events": events}}, "columns": columns}
    (models / "staging" / "stg_purchases.yml").write_text(json.dumps({"models": [model]}), encoding="utf-8")
    (models / "staging" / "stg_purchases.sql").write_text(PURCHASES_SQL, encoding="utf-8")
    spine = models / "marts" / "spine_transactions.yml"
    text = spine.read_text(encoding="utf-8")
    decides = "spine: {decides: stg_transactions}"
    assert decides in text
    spine.write_text(text.replace(decides, "spine: {decides: [stg_transactions, stg_purchases]}"), encoding="utf-8")


def purchase_attributes(transaction: Transaction) -> Attributes:
    """What stg_purchases makes of a transaction; decimals as fractions, which no precision rounds."""
    amount = transaction.amount_minor
    return {
        **vars(transaction),
        UNITS: None if amount is None else max(INTEGER[0], min(amount, INTEGER[-1])),
        **{name: None if amount is None else Fraction(amount, 10**scale) for name, (_, scale) in DECIMALS.items()},
        "note": NOTE if amount == 250 else "its, (here), twice",
    }


def as_type(value: Any, type_name: str) -> Any:
    """A value of the oracle as the driver gives one of that type."""
    if value is None:
        return None
    if type_name.endswith("[]"):
        return [as_type(element, type_name.removesuffix("[]")) for element in value]
    if type_name == "numeric":
        fraction = Fraction(value)
        return Decimal(fraction.numerator) / Decimal(fraction.denominator)
    return float(value) if type_name == "double precision" else value


def expected_of_views(world: World, row: SpineRow, views: Iterable[View]) -> dict[str, Any]:
    """The features of views for `row`, by the oracle."""
    values: dict[str, Any] = {}
    for entity, relation, probes in views:
        decides = relation != "stg_chargebacks"
        records: list[Any] = list(world.transactions if decides else world.chargebacks)
        events = [
            Event(
                record.transaction_id if decides else record.chargeback_id,
                record.occurred_at,
                record.known_at,
                tuple(getattr(record, key) for key in entity),
                purchase_attributes(record) if relation == "stg_purchases" else vars(record),
            )
            for record in records
        ]
        request = Request(tuple(getattr(row, key) for key in entity), row.as_of, row.event_id if decides else None)
        for name, probe in probes.items():
            value = feature_value(events, request, probe.meta, probe.where)
            values[name] = as_type(value, probe.type)
    return values


def expected_probe(world: World, row: SpineRow) -> dict[str, Any]:
    """Every feature of the probe service for `row`, by the oracle."""
    values = expected_of_views(world, row, VIEWS.values())
    share = _divided(values["p_declined_or_large_24h"], values["p_count_lifetime"])
    early, late = values["p_mean_24h_delayed_1h"], values["p_mean_or_24h"]
    return values | {
        "p_share": share,
        "p_share_rest": None if share is None else 1 - share + 0.0,
        "p_amount_to_mean": _divided(row.amount_minor, None if early is None or late is None else early - late),
        "p_is_more": _both(
            _is_greater(row.amount_minor, values["p_last_amount_lifetime"]), _negated(values["p_last_is_declined_1h"])
        ),
    }


def _divided(dividend: float | None, divisor: float | None) -> float | None:
    return None if dividend is None or not divisor else float(dividend) / float(divisor) + 0.0


def _is_greater(left: int | None, right: int | None) -> bool | None:
    return None if left is None or right is None else left > right


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True
