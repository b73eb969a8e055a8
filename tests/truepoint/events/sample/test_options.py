"""Options of a sample: what is refused, and that the default end never moves."""

from datetime import UTC, datetime

import pytest

from truepoint.cli.commands.sample import parse_end
from truepoint.errors import SettingsError
from truepoint.events.sample import SampleOptions


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rows": 0}, "rows is 0"),
        ({"days": 0}, "days is 0"),
        ({"accounts": -1}, "accounts is -1"),
        ({"seed": -1}, "seed is -1"),
        ({"end": datetime(2026, 9, 1)}, "naive"),
        ({"end": datetime(1970, 1, 2, tzinfo=UTC)}, "1980 to 2149"),
        ({"end": datetime(1, 1, 1, tzinfo=UTC)}, "1980 to 2149"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_impossible_options_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        SampleOptions(**given)  # type: ignore[arg-type]


def test_all_impossible_options_are_named_at_once() -> None:
    with pytest.raises(SettingsError, match=r"rows is 0.*days is 0.*seed is -3"):
        SampleOptions(rows=0, days=0, seed=-3)


def test_default_end_is_a_fixed_instant() -> None:
    assert SampleOptions().end == datetime(2026, 9, 1, tzinfo=UTC)
    assert SampleOptions().end_us == 1_788_220_800_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-01", datetime(2026, 9, 1, tzinfo=UTC)),
        ("2026-09-01T12:00:00Z", datetime(2026, 9, 1, 12, tzinfo=UTC)),
        ("2026-09-01T03:00:00+03:00", datetime(2026, 9, 1, tzinfo=UTC)),
    ],
)
def test_end_is_a_date_or_a_time_with_its_zone(text: str, expected: datetime) -> None:
    assert parse_end(text) == expected


@pytest.mark.parametrize(("text", "message"), [("2026-09-01T12:00:00", "without a zone"), ("soon", "give a date")])
def test_other_ends_are_refused(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_end(text)
