"""The tests see a wrong compiler: each mutant is a copy of the macros with one mistake, which the oracle tells."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.compiler.agreement import check_agreement, check_probe_agreement
from tests.compiler.conftest import DBT_PROJECT
from tests.compiler.feature_database import FeatureDatabase, compiled_over
from tests.compiler.probe import add_probe
from tests.oracle.card_fraud import AccountVersion, World
from tests.projects import copy_project, macros_of
from tests.worlds.payments import NOON, asked, transaction, world

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The clocks of New York go forward on 9 March 2025.
AFTER_THE_CLOCKS_CHANGED = datetime(2025, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Mutant:
    """One mistake in the macros, and a world whose answers it spoils. with_probe: only the probe service sees it."""

    file: str
    right: str
    wrong: str
    world: World
    time_zone: str = "UTC"
    with_probe: bool = False


def late_and_early(at: datetime, *ages: timedelta) -> World:
    """One transaction at each age, seen from `at`."""
    return world(*(transaction(f"t{n}", at - age) for n, age in enumerate(ages)), spine=asked(as_of=at))


OWN = world(transaction("own", NOON), transaction("other", NOON - DAY), spine=asked(event_id="own"))
VERSION = AccountVersion("v1", "a", "EE", NOON - HOUR, NOON - HOUR)
TIED = world(
    transaction("t", NOON - HOUR),
    account_versions=(VERSION, replace(VERSION, account_version_id="v2", home_country="FI")),
)
OUTSIDE = world(transaction("t", NOON - HOUR, known_at=datetime(1899, 12, 31, tzinfo=UTC)))
CORRECTED = world(
    transaction("t", NOON - HOUR),
    account_versions=(
        replace(VERSION, account_version_id="v1"),
        replace(VERSION, account_version_id="v2", home_country="FI", known_at=NOON - timedelta(days=1)),
    ),
)
SPAN_ONLINE = (
    " + truepoint._in_span(['event.' ~ view.events.event_time, truepoint._get_known_time(view.events, 'event.')])"
)
NULL_KEYS = world(transaction("t", NOON - HOUR, account_id=None), spine=asked(account_id=None))
KNOWN_WHEN_IT_ENDS = world(transaction("t", NOON - 2 * HOUR, known_at=NOON - HOUR), spine=asked())
KNOWN_TOO_LATE = world(transaction("t", NOON - 2 * HOUR, known_at=NOON - HOUR / 2), spine=asked())
DELAYED = late_and_early(NOON, timedelta(0), HOUR, 2 * HOUR, DAY)

MUTANTS = {
    "an open bound closed, online": Mutant(
        "contract/event_counts.sql", "event_time ~ ' > ' ~ since", "event_time ~ ' >= ' ~ since",
        late_and_early(NOON, HOUR, 30 * DAY),
    ),
    "an open bound closed, in frames": Mutant(
        "dialect/time.sql", "return(\"interval '\" ~ seconds ~ \" seconds'\"",
        "return(\"interval '\" ~ seconds ~ \".000001 seconds'\"", late_and_early(NOON, 30 * DAY, 7 * DAY),
    ),
    "an event known when its window ends never left behind": Mutant(
        "training/training_timeline.sql", "'when known_at <= ' ~", "'when known_at < ' ~", KNOWN_WHEN_IT_ENDS,
    ),
    "an event known when its window has ended never left behind": Mutant(
        "training/training_timeline.sql",
        "[truepoint.time_minus('events.known_at', window.seconds), window.number | string]",
        "['events.event_time', window.number | string]", KNOWN_TOO_LATE,
    ),
    "an open bound closed, in changes": Mutant(
        "contract/event_counts.sql", "truepoint.time_plus(event_time, offset_seconds + window_seconds)",
        "truepoint.time_plus(event_time, offset_seconds + window_seconds + 1)", late_and_early(NOON, 90 * DAY, 7 * DAY),
    ),
    "an own event counted, online": Mutant(
        "contract/event_counts.sql", "{% if own_event_id %}", "{% if false %}", OWN,
    ),
    "an own event counted, in training": Mutant(
        "training/training_spine.sql", "spine_rows.event_id = own.event_id",
        "spine_rows.event_id = own.event_id || '.'", OWN,
    ),
    "a null guard dropped": Mutant(
        "training/training_events.sql", "and {{ key }} is not null", "", NULL_KEYS,
    ),
    "a span that is open, online": Mutant(
        "online/online_view.sql",
        SPAN_ONLINE, "", OUTSIDE,
    ),
    "a span that is open, in training": Mutant(
        "contract/span.sql", "'1900-01-01 00:00:00'", "'0001-01-01 00:00:00'", OUTSIDE,
    ),
    "a tie order reversed, online": Mutant(
        "online/online_view.sql", "_get_event_order(view, 'event.') | join(' desc, ') }} desc\nlimit 1",
        "_get_event_order(view, 'event.') | join(' desc, ') }}\nlimit 1", TIED,
    ),
    "a correction that goes by its id": Mutant(
        "contract/event_order.sql", "        truepoint._get_known_time(view.events, event),\n", "", CORRECTED,
    ),
    "a tie order reversed, in training": Mutant(
        "training/training_events.sql",
        "order by {{ truepoint._get_event_order(view) | join(', ') }}",
        "order by {{ truepoint._get_event_order(view) | join(', ') }} desc", TIED,
    ),
    "an offset's sign flipped, online": Mutant(
        "contract/event_counts.sql", "return(truepoint.time_minus(as_of, feature.offset_seconds))",
        "return(truepoint.time_plus(as_of, feature.offset_seconds))", DELAYED, with_probe=True,
    ),
    "an offset's sign flipped, in training": Mutant(
        "contract/event_counts.sql", "truepoint.time_plus(event_time, offset_seconds) ~",
        "truepoint.time_minus(event_time, offset_seconds) ~",
        DELAYED, with_probe=True,
    ),
    "days of the session's time zone": Mutant(
        "dialect/time.sql", "~ \" - interval '\" ~ seconds ~ \" seconds'\"",
        "~ \" - interval '\" ~ seconds // 86400 ~ \" days \" ~ seconds % 86400 ~ \" seconds'\"",
        late_and_early(AFTER_THE_CLOCKS_CHANGED, 30 * DAY - HOUR / 2, 7 * DAY - HOUR / 2, 30 * DAY + HOUR / 2),
        "America/New_York",
    ),
    "a place in the order one too far": Mutant(
        "ordered/search_step.sql", "when place_there <= upto_{{ digit }} then {{ digit }}",
        "when place_there < upto_{{ digit }} then {{ digit }}", DELAYED, with_probe=True,
    ),
}  # fmt: skip


def disagrees(features: FeatureDatabase, mutant: Mutant) -> bool:
    """Whether a form gives another value than the oracle."""
    check: Callable[[], None] = (
        (lambda: check_probe_agreement(features, mutant.world))
        if mutant.with_probe
        else (lambda: check_agreement(features, mutant.world, time_zone=mutant.time_zone))
    )
    try:
        check()
    except AssertionError as error:
        return "the oracle says" in str(error)
    return False


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS.keys())
def test_mutant_is_caught(mutant: Mutant, features: FeatureDatabase, database_dsn: str, tmp_path: Path) -> None:
    assert not disagrees(features, mutant), "the world must be one on which the compiler as it is agrees"
    folder = tmp_path / "dbt_project"
    if mutant.with_probe:
        add_probe(DBT_PROJECT, folder)
    else:
        copy_project(folder)
    macro = macros_of(folder) / mutant.file
    text = macro.read_text(encoding="utf-8")
    assert mutant.right in text
    macro.write_text(text.replace(mutant.right, mutant.wrong), encoding="utf-8")
    with compiled_over(database_dsn, folder, tmp_path / "target") as database:
        assert disagrees(database, mutant)
