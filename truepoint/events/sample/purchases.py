"""Ordinary purchases: when, by whom, where, for how much, and whether declined."""

from typing import Any, Final

import numpy as np

from truepoint.events.sample import places
from truepoint.events.sample.money import CODES, DIGITS, Rates
from truepoint.events.sample.options import DAY, HOUR, SECOND, SampleOptions
from truepoint.events.sample.population import (
    CATEGORY_AMOUNT_EUR,
    FAVOURITES,
    HOT_MERCHANT,
    MAX_DEVICES,
    Accounts,
    Merchants,
    draw,
)
from truepoint.events.sample.rows import NO_DEVICE, ORDINARY, Rows

Array = np.ndarray[Any, Any]

HOT_SHARE: Final = 0.10

# Shares of the hours of a day (local time, from midnight) and of the days of a week (from Monday).
HOUR_WEIGHTS: Final = np.array(
    [8, 5, 3, 2, 3, 6, 16, 36, 62, 80, 88, 94, 100, 96, 90, 88, 86, 82, 74, 60, 44, 32, 22, 13], float
)
WEEKDAY_WEIGHTS: Final = np.array([1.0, 1.02, 1.05, 1.06, 1.15, 0.72, 0.48])

WHOLE_SECOND_SHARE: Final = 0.03  # terminals that keep no fractions
SUBSCRIPTION_SHARE: Final = 0.01  # charged on the hour, all at once
DOUBLE_TAP_SHARE: Final = 0.002  # again the same account and merchant, at the very same microsecond


def make_purchases(options: SampleOptions, count: int, accounts: Accounts, merchants: Merchants, rates: Rates) -> Rows:
    """`count` ordinary purchases, in order of time."""
    random = options.random("purchases")
    occurred_us = _local_times(options, random, count)
    account = _open_accounts(options, random, accounts, occurred_us)
    occurred_us = _to_utc(options, occurred_us, accounts.home[account, 0])
    merchant = _merchants(random, account, accounts, merchants)
    is_online = merchants.is_online[merchant]
    occurred_us = _round_times(options, random, occurred_us, is_online)
    _tap_twice(random, occurred_us, account, merchant)
    is_online = merchants.is_online[merchant]
    # Moving a time, or tapping twice, may have led before the opening of an account.
    occurred_us = np.maximum(occurred_us, accounts.opened_us[account])

    home = accounts.home_at(account, occurred_us)
    country = np.where(is_online, home, merchants.country[merchant])
    is_nowhere = random.random(count) < 0.005
    latitude, longitude = _places(random, country, is_hidden=is_nowhere | (is_online & (random.random(count) < 0.03)))

    pays_at_home = is_online & (random.random(count) < 0.7)
    currency = np.where(pays_at_home, accounts.currency[account], places.CURRENCY[merchants.country[merchant]])
    typical_eur = typical_amount_eur(account, merchant, accounts, merchants)
    eur = np.minimum(typical_eur * np.exp(random.normal(0.0, 0.75, count)), 50_000.0)
    amount_minor = _price(random, rates.from_eur(eur, currency, occurred_us), currency)

    chance = 0.02 + 0.05 * (country != home) + 0.03 * (eur > 5 * typical_eur) + 0.02 * is_online
    return Rows(
        account=account,
        merchant=merchant,
        device=np.where(is_online, _devices(random, account, occurred_us, accounts), NO_DEVICE),
        country=np.where(is_nowhere, places.NOWHERE, country),
        latitude=latitude,
        longitude=longitude,
        currency=currency,
        amount_minor=amount_minor,
        base_amount_minor=rates.to_base(amount_minor, currency, occurred_us),
        is_declined=random.random(count) < chance,
        is_refund=np.zeros(count, bool),
        story=np.full(count, ORDINARY),
        burst=np.full(count, -1),
        occurred_us=occurred_us,
    ).sorted()


def typical_amount_eur(account: Array, merchant: Array, accounts: Accounts, merchants: Merchants) -> Array:
    """What such an account usually spends at such a merchant, in EUR."""
    amounts: Array = accounts.amount_factor[account] * CATEGORY_AMOUNT_EUR[merchants.category[merchant]]
    return amounts


def scatter(random: np.random.Generator, degrees: Array, spread: float) -> Array:
    """Coordinates round a city, to five decimals (about a metre)."""
    scattered: Array = np.round(degrees + random.normal(0.0, spread, len(degrees)), 5)
    return scattered


def _local_times(options: SampleOptions, random: np.random.Generator, count: int) -> Array:
    """Times in the rhythm of the day and the week, as the buyer's clock shows them, in order."""
    hour_starts = options.start_us + np.arange(options.days * 24) * HOUR
    hour_of_day = hour_starts // HOUR % 24
    weekday = (hour_starts // DAY + 3) % 7  # 1970-01-01 was a Thursday
    slot = draw(random, HOUR_WEIGHTS[hour_of_day] * WEEKDAY_WEIGHTS[weekday], count)
    times: Array = np.sort(hour_starts[slot] + random.integers(0, HOUR, count))
    return times


def _to_utc(options: SampleOptions, local_us: Array, country: Array) -> Array:
    """The same moments in UTC; what falls out of the sample's days at one end comes in at the other."""
    shifted = local_us - places.HOURS_AHEAD[country] * HOUR - options.start_us
    utc: Array = options.start_us + shifted % (options.days * DAY)
    return utc


def _open_accounts(
    options: SampleOptions, random: np.random.Generator, accounts: Accounts, occurred_us: Array
) -> Array:
    account = draw(random, accounts.weight, len(occurred_us))
    # Who has not opened yet, or has only just, is replaced by somebody who was there from the beginning.
    too_early = np.flatnonzero(occurred_us < accounts.opened_us[account] + DAY)
    was_open = np.where(accounts.opened_us < options.start_us, accounts.weight, 0.0)
    account[too_early] = draw(random, was_open, len(too_early))
    return account


def _merchants(random: np.random.Generator, account: Array, accounts: Accounts, merchants: Merchants) -> Array:
    count = len(account)
    if len(merchants.country) == 1:
        return np.full(count, HOT_MERCHANT)
    # Favourites have their own order: the first is visited most.
    visit = np.minimum((random.random(count) ** 2 * FAVOURITES).astype(np.int64), FAVOURITES - 1)
    favourite = merchants.favourites[account, visit]
    elsewhere = draw(random, merchants.weight, count)
    is_abroad = (merchants.country[elsewhere] != accounts.home[account, 0]) & ~merchants.is_online[elsewhere]
    goes_elsewhere = (random.random(count) < 0.4) & (~is_abroad | (random.random(count) < 0.12))
    merchant = np.where(goes_elsewhere, elsewhere, favourite)
    merchant[random.random(count) < HOT_SHARE] = HOT_MERCHANT
    return merchant


def _round_times(options: SampleOptions, random: np.random.Generator, occurred_us: Array, is_online: Array) -> Array:
    chance = random.random(len(occurred_us))
    since_start = occurred_us - options.start_us
    unit = np.where(chance < WHOLE_SECOND_SHARE, SECOND, 1)
    unit[is_online & (chance > 1.0 - SUBSCRIPTION_SHARE)] = HOUR
    rounded: Array = options.start_us + since_start // unit * unit
    return rounded


def _tap_twice(random: np.random.Generator, occurred_us: Array, account: Array, merchant: Array) -> None:
    """Make some rows copies of the row before: account, merchant and time. In place."""
    count = len(account)
    second = (
        1 + 2 * random.permutation((count - 1) // 2)[: round(count * DOUBLE_TAP_SHARE)]
        if count > 2
        else np.zeros(0, int)
    )
    for column in (occurred_us, account, merchant):
        column[second] = column[second - 1]


def _devices(random: np.random.Generator, account: Array, occurred_us: Array, accounts: Accounts) -> Array:
    """The device used, among those that the account has by then; the first most often."""
    wanted = (random.random(len(account)) ** 2 * MAX_DEVICES).astype(np.int64)
    has_begun = accounts.device_from_us[account, wanted] <= occurred_us
    devices: Array = accounts.first_device[account] + np.where(has_begun, wanted, 0)
    return devices


def _places(random: np.random.Generator, country: Array, *, is_hidden: Array) -> tuple[Array, Array]:
    latitude = scatter(random, places.LATITUDE[country], 0.15)
    longitude = scatter(random, places.LONGITUDE[country], 0.25)
    return np.where(is_hidden, np.nan, latitude), np.where(is_hidden, np.nan, longitude)


def _price(random: np.random.Generator, amount_minor: Array, currency: Array) -> Array:
    """Amounts as shops set them: some whole, some ending in .99 where there are hundredths; never below one unit."""
    unit = 10 ** DIGITS[currency]
    chance = random.random(len(amount_minor))
    whole = np.maximum(amount_minor // unit, 1) * unit
    priced = np.where(chance < 0.25, whole, amount_minor)
    priced = np.where((chance > 0.75) & (unit == 100), whole + 99, priced)
    # Of yen and of fils there are no small coins left.
    coin = np.where(unit == 1, np.where(currency == CODES.index("JPY"), 10, 1), np.where(unit == 1_000, 5, 1))
    rounded: Array = np.maximum(priced // coin, 1) * coin
    return rounded
