"""Both forms against the oracle, exactly."""

import struct
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from tests.compiler.feature_database import FeatureDatabase
from tests.compiler.probe import expected_probe
from tests.oracle.card_fraud import SERVED, SpineRow, World, expected_found, expected_values


def check_agreement(features: FeatureDatabase, world: World, *, time_zone: str = "UTC") -> None:
    """Assert that training and online form give what the oracle gives for each spine row of `world`."""
    answers = features.answers(world, time_zone=time_zone)
    problems = []
    assert answers.training.keys() == {row.spine_id for row in world.spine}
    for row, online in zip(world.spine, answers.online, strict=True):
        expected = expected_values(world, row)
        training = answers.training[row.spine_id]
        problems += differences("training", row, expected, training)
        problems += differences("online", row, {name: expected[name] for name in SERVED}, online)
        found = {f"found__{view}": is_found for view, is_found in expected_found(world, row).items()}
        problems += differences("online", row, found, online)
        # In UTC: Python calls two times unequal that name one instant within the hour that clocks repeat.
        if online["as_of"].astimezone(UTC) != row.as_of.astimezone(UTC):
            problems.append(f"online as_of of {row.spine_id} is {online['as_of']}, asked {row.as_of}")
    assert not problems, _report(problems, features, world)


def check_probe_agreement(features: FeatureDatabase, world: World) -> None:
    """Assert that both forms of the probe service give what the oracle gives for each spine row of `world`."""
    answers = features.answers(world, service="probe")
    problems = []
    assert answers.training.keys() == {row.spine_id for row in world.spine}
    for row, online in zip(world.spine, answers.online, strict=True):
        expected = expected_probe(world, row)
        problems += differences("training", row, expected, answers.training[row.spine_id])
        problems += differences("online", row, expected, online)
    assert not problems, _report(problems, features, world)


def agreed_values(features: FeatureDatabase, world: World, *, time_zone: str = "UTC") -> dict[str, Any]:
    """The values of `world`'s first spine row, on which both forms and the oracle agree."""
    check_agreement(features, world, time_zone=time_zone)
    return expected_values(world, world.spine[0])


def is_same(left: Any, right: Any) -> bool:
    """Equal in type and in every bit."""
    if type(left) is float and type(right) is float:
        return struct.pack("<d", left) == struct.pack("<d", right)
    return type(left) is type(right) and bool(left == right)


def differences(form: str, row: SpineRow, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """What differs between the oracle's values and those of a form: a line each."""
    return [
        f"{form} {name} of {row}: {actual.get(name, 'absent')!r}, the oracle says {value!r}"
        for name, value in expected.items()
        if name not in actual or not is_same(actual[name], value)
    ]


def _report(problems: list[str], features: FeatureDatabase, world: World) -> str:
    """What differs, in which world, and where to read the SQL that says so."""
    events = [
        f"  {name}: {row}"
        for name in ("transactions", "chargebacks", "account_versions", "spine")
        for row in getattr(world, name)
    ]
    return "\n".join([*problems, "The world:", *events, f"The SQL: {features.compiled_sql}"])
