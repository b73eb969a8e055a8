"""Currencies with 0, 2 and 3 minor digits, their daily rates, and the base currency."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from truepoint.events.sample.options import DAY, SampleOptions

Array = np.ndarray[Any, Any]

BASE: Final = "EUR"
BASE_DIGITS: Final = 2
RATE_UNIT: Final = 10**9  # rates are whole numbers of 1e-9 EUR per unit

# Code, minor digits, rough worth of one unit in EUR.
CURRENCIES: Final = (
    ("EUR", 2, 1.0),
    ("GBP", 2, 1.16),
    ("SEK", 2, 0.088),
    ("PLN", 2, 0.235),
    ("USD", 2, 0.86),
    ("JPY", 0, 0.0057),
    ("ISK", 0, 0.0068),
    ("KWD", 3, 2.8),
)
CODES: Final = tuple(code for code, _, _ in CURRENCIES)
DIGITS: Final = np.array([digits for _, digits, _ in CURRENCIES], np.int64)
DAILY_VOLATILITY: Final = 0.004


@dataclass(frozen=True)
class Rates:
    """nano_eur: rate of each day (row) and currency (column), in 1e-9 EUR per unit. EUR is always 1."""

    first_day: int
    nano_eur: Array

    def to_base(self, amount_minor: Array, currency: Array, occurred_us: Array) -> Array:
        """Amounts in EUR cents, by the rate of the day, half to even. Exact: whole numbers all the way."""
        numerator = np.abs(amount_minor) * self._at(currency, occurred_us)
        denominator = RATE_UNIT * 10 ** DIGITS[currency] // 10**BASE_DIGITS
        return np.sign(amount_minor) * divide_half_even(numerator, denominator)

    def from_eur(self, eur: Array, currency: Array, occurred_us: Array) -> Array:
        """Amounts in minor units of `currency` worth about `eur`."""
        units = eur * RATE_UNIT / self._at(currency, occurred_us)
        return np.rint(units * 10.0 ** DIGITS[currency]).astype(np.int64)

    def _at(self, currency: Array, occurred_us: Array) -> Array:
        rates: Array = self.nano_eur[occurred_us // DAY - self.first_day, currency]
        return rates


def make_rates(options: SampleOptions) -> Rates:
    """A random walk for each currency, one step a day (UTC)."""
    first_day = options.start_us // DAY
    days = (options.end_us - 1) // DAY - first_day + 1
    steps = options.random("rates").normal(0.0, DAILY_VOLATILITY, (days, len(CURRENCIES)))
    worth = np.array([worth for _, _, worth in CURRENCIES]) * np.exp(np.cumsum(steps, axis=0))
    # Nine decimals, the last three zero, as central banks publish about six digits.
    nano_eur = np.rint(worth * 1e6).astype(np.int64) * 1_000
    nano_eur[:, CODES.index(BASE)] = RATE_UNIT
    return Rates(first_day=first_day, nano_eur=nano_eur)


def divide_half_even(numerator: Array, denominator: Array) -> Array:
    """numerator / denominator to the nearest whole number, halves to the even one. Both are int64, not negative."""
    quotient, remainder = np.divmod(numerator, denominator)
    twice = 2 * remainder
    rounds_up = (twice > denominator) | ((twice == denominator) & (quotient % 2 == 1))
    rounded: Array = quotient + rounds_up
    return rounded
