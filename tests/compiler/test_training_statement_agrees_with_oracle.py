"""The training statement over any rows against the oracle, on generated worlds: duplicates, any order, null keys."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.compiler.agreement import is_same
from tests.compiler.feature_database import FeatureDatabase
from tests.compiler.probe import expected_probe
from tests.oracle.card_fraud import SERVED, SpineRow, World, expected_values
from tests.oracle.profiles import examples
from tests.oracle.strategies import worlds


def check(rows: Sequence[SpineRow], expected: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]]) -> None:
    assert len(actual) == len(rows)
    problems = [
        f"{name} of {row}: {given.get(name, 'absent')!r}, the oracle says {value!r}"
        for row, wanted, given in zip(rows, expected, actual, strict=True)
        for name, value in wanted.items()
        if name not in given or not is_same(given[name], value)
    ]
    assert not problems, "\n".join(problems)


@st.composite
def spines(draw: st.DrawFn, world: World) -> list[SpineRow]:
    """Rows of `world`'s spine in any order, some of them twice, some without a key or without their event."""
    rows = draw(st.lists(st.sampled_from(world.spine), max_size=12)) if world.spine else []
    changes: list[dict[str, Any]] = [
        {},
        {"account_id": None},
        {"merchant_id": None},
        {"device_id": None},
        {"event_id": None},
    ]
    return [replace(row, **draw(st.sampled_from(changes))) for row in rows]


@examples(150)
@given(data=st.data(), world=worlds())
def test_the_statement_of_card_fraud_agrees_with_the_oracle(
    features: FeatureDatabase, data: st.DataObject, world: World
) -> None:
    rows = data.draw(spines(world))
    with features.holding(world):
        actual = features.over_spine(rows)
    check(rows, [{name: expected_values(world, row)[name] for name in SERVED} for row in rows], actual)


@examples(60)
@given(data=st.data(), world=worlds())
def test_the_statement_of_the_probe_agrees_with_the_oracle(
    features: FeatureDatabase, data: st.DataObject, world: World
) -> None:
    rows = data.draw(spines(world))
    with features.holding(world):
        actual = features.over_spine(rows, service="probe")
    check(rows, [expected_probe(world, row) for row in rows], actual)
