"""Every aggregate over every kind of window, with and without an offset and a condition, against the oracle.

The features are the whole product, a view for each aggregate; the property tests try fewer of them on many worlds.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, Final

import pytest

from tests.compiler.agreement import differences
from tests.compiler.feature_database import Answers, compiled_over
from tests.compiler.probe import DECLINED, Probe, View, add_service, add_view, expected_of_views, is_declined, where
from tests.conftest import NewDatabase
from tests.oracle.card_fraud import SpineRow, Transaction, World
from tests.oracle.oracle import duration
from tests.projects import MACROS, copy_project

AGGREGATES: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "count": ("bigint", {}),
    "sum": ("bigint", {"of": "amount_minor"}),
    "mean": ("double precision", {"of": "amount_minor"}),
    "variance": ("double precision", {"of": "amount_minor"}),
    "stddev": ("double precision", {"of": "amount_minor"}),
    "count_distinct": ("bigint", {"of": "merchant_id"}),
    "min": ("bigint", {"of": "amount_minor"}),
    "max": ("bigint", {"of": "amount_minor"}),
    "median": ("double precision", {"of": "amount_minor"}),
    "percentile": ("bigint", {"of": "amount_minor", "fraction": 0.9}),
    "percentile_continuous": ("double precision", {"of": "amount_minor", "fraction": 0.9, "method": "continuous"}),
    "first": ("text", {"of": "country"}),
    "last": ("text", {"of": "country"}),
    "first_k": ("text[]", {"of": "country", "k": 2}),
    "last_k": ("text[]", {"of": "country", "k": 2}),
    "top_k": ("text[]", {"of": "merchant_id", "k": 2}),
    "seconds_since_first": ("double precision", {}),
    "seconds_since_last": ("double precision", {}),
}
WINDOWS: Final = ("90s", "5m", "24h", "7d", "lifetime")
OFFSETS: Final = (None, "1h")
AT: Final = datetime(2025, 3, 9, 7, 30, tzinfo=UTC)
KNOWN_AFTER: Final = ("0s", "0s", "0s", "1s", "90s", "5m", "1h", "24h", "7d")


def view_of(aggregate: str) -> View:
    """A view of an account: the aggregate over each window and offset, of all transactions and of the declined ones."""
    type_name, options = AGGREGATES[aggregate]
    features = {}
    for window, offset, is_conditional in product(WINDOWS, OFFSETS, (False, True)):
        meta = {"aggregate": aggregate.removesuffix("_continuous"), "window": window, **options}
        if offset:
            meta["offset"] = offset
        name = "_".join(
            [
                "g",
                aggregate,
                window,
                *(["delayed", offset] if offset else []),
                *(["declined"] if is_conditional else []),
            ]
        )
        probe = Probe(type_name, meta)
        features[name] = where(probe, DECLINED, is_declined) if is_conditional else probe
    return ("account_id",), "stg_transactions", features


VIEWS: Final = {f"grid_{aggregate}": view_of(aggregate) for aggregate in AGGREGATES}


def crowded_world() -> World:
    """Transactions on the bounds of windows or a microsecond beside them; late, early, tied, with null attributes."""
    choose = random.Random(5)
    beside = [timedelta(microseconds=us) for us in (-1, 0, 0, 1)]
    spans = [timedelta(0), timedelta(0), *(duration(window) for window in WINDOWS if window != "lifetime")]
    as_ofs = [AT, AT, AT + timedelta(seconds=90), AT + timedelta(hours=1), AT + timedelta(days=6)]
    transactions = []
    for number in range(260):
        occurred_at = choose.choice(as_ofs) - choose.choice(spans) - choose.choice((timedelta(0), timedelta(hours=1)))
        occurred_at += choose.choice(beside)
        known_at = (
            occurred_at + choose.choice((1, 1, 1, -1)) * duration(choose.choice(KNOWN_AFTER)) + choose.choice(beside)
        )
        transactions.append(
            Transaction(
                transaction_id=f"t{number:03}",
                account_id=choose.choice(("a", "a", "a", "b", None)),
                merchant_id=choose.choice(("m", "n", "Ä", None)),
                device_id="d",
                is_declined=choose.choice((True, False, None)),
                amount_minor=choose.choice((0, 1, -1, 250, 10**12 + number, None)),
                country=choose.choice(("EE", "FI", None)),
                occurred_at=occurred_at,
                known_at=known_at,
            )
        )
    spine = [
        SpineRow(
            f"s{number}",
            choose.choice((None, f"t{number:03}")),
            as_of + choose.choice(beside),
            account_id,
            "m",
            "d",
            1,
            "EE",
        )
        for number, (as_of, account_id) in enumerate(product(as_ofs, ("a", "a", "a", "b", None)))
    ]
    decided = [
        SpineRow(f"d{number}", row.transaction_id, max(row.occurred_at, AT), row.account_id, "m", "d", 1, "EE")
        for number, row in enumerate(transactions[:40])
        if row.occurred_at is not None
    ]
    return World(transactions=transactions, chargebacks=[], account_versions=[], spine=spine + decided)


@pytest.fixture(scope="module")
def asked(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Answers]]:
    """The world, and what both forms say of it."""
    folder = tmp_path_factory.mktemp("grid")
    copy = folder / "dbt_project"
    copy_project(copy)
    for name, (entity, events, features) in VIEWS.items():
        add_view(copy / "models" / "features", name, entity, events, features)
    add_service(copy, "grid", list(VIEWS), [feature for _, _, features in VIEWS.values() for feature in features])
    with new_database() as dsn, compiled_over(dsn, copy, folder / "target") as database:
        world = crowded_world()
        yield world, database.answers(world, service="grid", time_zone="America/New_York")


@pytest.mark.parametrize("view", VIEWS)
def test_both_forms_give_what_the_oracle_gives(asked: tuple[World, Answers], view: str) -> None:
    world, answers = asked
    problems = []
    seen: dict[str, set[str]] = {}
    for row, online in zip(world.spine, answers.online, strict=True):
        expected = expected_of_views(world, row, [VIEWS[view]])
        problems += differences("training", row, expected, answers.training[row.spine_id])
        problems += differences("online", row, expected, online)
        for name, value in expected.items():
            seen.setdefault(name, set()).add(str(value))
    assert not problems, f"{len(problems)} differ:\n" + "\n".join(problems[:20])
    dull = {name: values for name, values in seen.items() if len(values) < 2}
    assert not dull, f"features that have one value everywhere: {dull}"


def test_every_aggregate_of_the_compiler_is_here() -> None:
    files = {
        path.stem
        for path in (MACROS / "aggregates").glob("*.sql")
        if f"macro aggregate_{path.stem}(" in path.read_text("utf-8")
    }
    assert files == {aggregate.removesuffix("_continuous") for aggregate in AGGREGATES}
