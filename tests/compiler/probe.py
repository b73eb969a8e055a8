"""A feature service made for tests: what definitions can say and card_fraud does not.

Offsets, lifetimes, defaults, conditions with null and `or` and `case`, several windows and conditions side by side,
keys of two columns, events other than the decided ones. Its files are added to a copy of the dbt project.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.oracle.card_fraud import SpineRow, World
from tests.oracle.oracle import Event, Request, feature_value

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


def amounts(aggregate: str, window: str, **meta: Any) -> Probe:
    type_name = "bigint" if aggregate == "sum" else "double precision"
    return Probe(type_name, {"aggregate": aggregate, "of": "amount_minor", "window": window, **meta})


def since_last(window: str, **meta: Any) -> Probe:
    return Probe("double precision", {"aggregate": "seconds_since_last", "window": window, **meta})


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


DECLINED = "is_declined"
DECLINED_OR_LARGE = "is_declined or amount_minor > 100"
DECLINED_OR_HOME = "is_declined or country = 'EE'"
ODD_SIGN = "case when is_declined then amount_minor < 0 else amount_minor > 0 end"
# Alike in their first 30 letters, so that names made of conditions meet.
LONG_ONE = "country = 'EE' or country = 'EE' or country = 'EE' or amount_minor > 100"
LONG_TWO = "country = 'EE' or country = 'EE' or country = 'EE' or amount_minor < 0"

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
    "p_long_one": where(count("24h"), LONG_ONE, lambda a: a["country"] == "EE" or (a["amount_minor"] or 0) > 100),
    "p_long_two": where(count("24h"), LONG_TWO, lambda a: a["country"] == "EE" or (a["amount_minor"] or 0) < 0),
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
    "p_since_lifetime_default": since_last("lifetime", default=-1),
    "p_since_7d_delayed_1h": since_last("7d", offset="1h"),
    "p_since_declined_24h": where(since_last("24h"), DECLINED, is_declined),
    "p_since_or_30d": where(since_last("30d"), DECLINED_OR_LARGE, is_declined_or_large),
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
VIEWS: Final = {
    "probe_account": (("account_id",), "stg_transactions", ACCOUNT),
    "probe_pair": (("account_id", "merchant_id"), "stg_transactions", PAIR),
    "probe_chargeback": (("merchant_id",), "stg_chargebacks", CHARGEBACK),
}
DERIVED: Final = {
    "p_share": ("double precision", "p_declined_or_large_24h / p_count_lifetime"),
    "p_share_rest": ("double precision", "1 - p_share"),
    "p_amount_to_mean": ("double precision", "amount_minor / (p_mean_24h_delayed_1h - p_mean_or_24h)"),
    "p_is_more": ("boolean", "amount_minor > p_last_amount_lifetime and not p_last_is_declined_1h"),
}


def add_probe(dbt_project: Path, copy: Path) -> None:
    """Copy the dbt project and add the probe's views, service and online statement. JSON is YAML too."""
    shutil.copytree(dbt_project, copy, ignore=shutil.ignore_patterns("target", "logs", ".user.yml"))
    features = copy / "models" / "features"
    for name, (entity, events, probes) in VIEWS.items():
        columns = [
            {
                "name": feature,
                "data_type": probe.type,
                "description": "For tests.",
                "config": {"meta": {"feature": probe.meta}},
            }
            for feature, probe in probes.items()
        ]
        model = {"name": name, "config": {"meta": {"feature_view": {"entity": list(entity)}}}, "columns": columns}
        (features / f"{name}.yml").write_text(json.dumps({"models": [model]}), encoding="utf-8")
        body = f"{{{{ feature_view(events='{events}', spine='spine_transactions') }}}}\n"
        (features / f"{name}.sql").write_text(body, encoding="utf-8")
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
    body = "{{ derived_view(inputs=['probe_account'], spine='spine_transactions') }}\n"
    (features / "probe_derived.sql").write_text(body, encoding="utf-8")
    exposure = {
        "name": "probe",
        "type": "ml",
        "owner": {"name": "Tests", "email": "tests@example.com"},
        "depends_on": ["ref('training_probe')"],
        "config": {
            "meta": {
                "feature_service": {
                    "spine": "spine_transactions",
                    "entities": ["account_id", "merchant_id"],
                    "request": {"amount_minor": "bigint"},
                    "features": [feature for _, _, probes in VIEWS.values() for feature in probes] + list(DERIVED),
                }
            }
        },
    }
    (copy / "models" / "probe.yml").write_text(json.dumps({"exposures": [exposure]}), encoding="utf-8")
    views = [*VIEWS, "probe_derived"]
    body = f"{{{{ training_set(service='probe', spine='spine_transactions', views={views}) }}}}\n"
    (copy / "models" / "marts" / "training_probe.sql").write_text(body, encoding="utf-8")
    (copy / "analyses" / "online" / "probe.sql").write_text("{{ online_statement('probe') }}\n", encoding="utf-8")
    (copy / "analyses" / "training" / "probe_training.sql").write_text(
        "{{ training_statement('probe') }}\n", encoding="utf-8"
    )


def expected_probe(world: World, row: SpineRow) -> dict[str, Any]:
    """Every feature of the probe service for `row`, by the oracle."""
    values: dict[str, Any] = {}
    for entity, relation, probes in VIEWS.values():
        decides = relation == "stg_transactions"
        records: list[Any] = list(world.transactions if decides else world.chargebacks)
        events = [
            Event(
                record.transaction_id if decides else record.chargeback_id,
                record.occurred_at,
                record.known_at,
                tuple(getattr(record, key) for key in entity),
                vars(record),
            )
            for record in records
        ]
        request = Request(tuple(getattr(row, key) for key in entity), row.as_of, row.event_id if decides else None)
        for name, probe in probes.items():
            value = feature_value(events, request, probe.meta, probe.where)
            values[name] = float(value) if probe.type == "double precision" and value is not None else value
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
