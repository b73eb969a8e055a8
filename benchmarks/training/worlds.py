"""The worlds that are timed: how many events, by whom, where, and how late they are known."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from benchmarks.training.contender import Kind

END: Final = datetime(2026, 7, 1, tzinfo=UTC)
DAY_US: Final = 86_400_000_000

EVENTS_PER_ACCOUNT: Final = 40
EVENTS_PER_MERCHANT: Final = 400


@dataclass(frozen=True)
class World:
    """Events of the `days` days before END, and a random sample of them as the spine.

    spine_rows: at most `events`. hottest_share: the share of all events that one merchant holds; None leaves the
    merchants to their Zipf distribution. The same world gives the same rows, on any day.
    """

    name: str
    kind: Kind
    events: int
    spine_rows: int
    accounts: int
    merchants: int
    hottest_share: float | None = None
    days: int = 90
    seed: int = 1

    @property
    def end_us(self) -> int:
        """The end (excluded), in microseconds since 1970."""
        return int(END.timestamp()) * 1_000_000

    @property
    def start_us(self) -> int:
        """The first instant, in microseconds since 1970."""
        return self.end_us - self.days * DAY_US

    def random(self, subject: str) -> np.random.Generator:
        """Random numbers for one subject: drawing more of one leaves the others as they were."""
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(subject.encode())]))


def make_worlds(spine_rows: int, events: list[int], *, hottest_share: float) -> list[World]:
    """One world for each number of events, and one of the least number with a merchant that holds `hottest_share`.

    All have the accounts and merchants that suit the least number of events, so that more events are more events of
    each. A world with fewer events than spine rows asks about all of its events.
    """
    least = min(events)
    accounts, merchants = max(least // EVENTS_PER_ACCOUNT, 1), max(least // EVENTS_PER_MERCHANT, 1)
    worlds = [
        World(
            f"events_{count}", "least" if count == least else "more", count, min(spine_rows, count), accounts, merchants
        )
        for count in sorted(set(events))
    ]
    hot = World(f"hot_{least}", "hot", least, min(spine_rows, least), accounts, merchants, hottest_share=hottest_share)
    return [*worlds, hot]
