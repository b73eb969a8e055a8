"""Money of the sample: whole numbers, halves to the even one, minor digits of each currency."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest

from truepoint.events.sample.money import CODES, DIGITS, RATE_UNIT, Rates, divide_half_even, make_rates
from truepoint.events.sample.options import DAY, SampleOptions


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 2, 2), (7, 2, 4), (15, 10, 2), (25, 10, 2), (26, 10, 3), (0, 7, 0), (1, 1, 1), (10**18 + 5, 10, 10**17)],
)
def test_halves_go_to_the_even_number(numerator: int, denominator: int, expected: int) -> None:
    assert divide_half_even(np.array([numerator]), np.array([denominator])).tolist() == [expected]


def test_base_amounts_equal_decimal_arithmetic() -> None:
    options = SampleOptions(days=10)
    rates = make_rates(options)
    random = np.random.default_rng(7)
    currency = random.integers(0, len(CODES), 2_000)
    amount_minor = random.integers(-10_000_000, 10_000_000, 2_000)
    occurred_us = random.integers(options.start_us, options.end_us, 2_000)

    base = rates.to_base(amount_minor, currency, occurred_us)

    for position in range(2_000):
        digits = int(DIGITS[currency[position]])
        nano = int(rates.nano_eur[occurred_us[position] // DAY - rates.first_day, currency[position]])
        units = Decimal(int(amount_minor[position])).scaleb(-digits)
        cents = (units * Decimal(nano) / RATE_UNIT * 100).quantize(Decimal(1), ROUND_HALF_EVEN)
        assert int(base[position]) == int(cents)


def test_an_amount_and_its_refund_cancel_out_at_one_rate() -> None:
    rates = make_rates(SampleOptions(days=1))
    amounts = np.arange(1, 1_000)
    currency = np.full(len(amounts), CODES.index("SEK"))
    then = np.full(len(amounts), SampleOptions(days=1).start_us)
    assert (rates.to_base(amounts, currency, then) == -rates.to_base(-amounts, currency, then)).all()


def test_the_base_currency_is_worth_itself() -> None:
    rates = Rates(first_day=0, nano_eur=make_rates(SampleOptions(days=5)).nano_eur)
    assert (rates.nano_eur[:, CODES.index("EUR")] == RATE_UNIT).all()
    assert set(DIGITS.tolist()) == {0, 2, 3}
