"""What a sample is made from. The same options give the same rows, on any day."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from truepoint.errors import SettingsError

DEFAULT_END: Final = datetime(2026, 9, 1, tzinfo=UTC)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_START: Final = datetime(1980, 1, 1, tzinfo=UTC)
LAST_END: Final = datetime(2150, 1, 1, tzinfo=UTC)
MAX_ROWS: Final = 100_000_000

SECOND: Final = 1_000_000  # all times inside the generator are microseconds since 1970, UTC
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


@dataclass(frozen=True)
class SampleOptions:
    """rows: transactions, refunds included. Transactions occur in the `days` days before `end` (itself excluded).

    Raises SettingsError, naming every option that cannot be used.
    """

    rows: int = 200_000
    seed: int = 1
    days: int = 90
    end: datetime = DEFAULT_END
    customers: int = 5_000
    accounts: int = 6_000
    merchants: int = 800

    def __post_init__(self) -> None:
        limits = {
            "rows": MAX_ROWS,
            "days": 3_650,
            "customers": 10_000_000,
            "accounts": 10_000_000,
            "merchants": 1_000_000,
        }
        problems = [
            f"{name} is {getattr(self, name)}, allowed is 1 to {limit:,}"
            for name, limit in limits.items()
            if not 1 <= getattr(self, name) <= limit
        ]
        if self.seed < 0:
            problems.append(f"seed is {self.seed}, allowed is 0 or more")
        if self.end.tzinfo is None:
            problems.append(
                f"end is {self.end.isoformat()}, a naive time; give it a zone, such as {self.end.isoformat()}Z"
            )
        elif not problems and not FIRST_START + timedelta(days=self.days) <= self.end <= LAST_END:
            problems.append(f"end is {self.end.isoformat()}; the sample must lie in the years 1980 to 2149")
        if problems:
            raise SettingsError(f"No sample can be made: {'; '.join(problems)}.")

    @property
    def end_us(self) -> int:
        """The end, in microseconds since 1970."""
        return (self.end - EPOCH) // timedelta(microseconds=1)

    @property
    def start_us(self) -> int:
        """The first instant, in microseconds since 1970."""
        return self.end_us - self.days * DAY

    def random(self, subject: str) -> np.random.Generator:
        """Random numbers for one subject: drawing more of one leaves the others as they were."""
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(subject.encode())]))

    def __str__(self) -> str:
        end = self.end.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return (
            f"sample --rows {self.rows} --seed {self.seed} --days {self.days} --end {end} "
            f"--customers {self.customers} --accounts {self.accounts} --merchants {self.merchants}"
        )
