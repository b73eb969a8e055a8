"""Who pays whom: customers, accounts with the countries they move between, merchants, devices."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from truepoint.events.sample import places
from truepoint.events.sample.options import DAY, HOUR, MINUTE, SampleOptions

Array = np.ndarray[Any, Any]

NEVER: Final = np.iinfo(np.int64).max
HOT_MERCHANT: Final = 0  # an online marketplace; purchases.py gives it a tenth of all transactions
MAX_DEVICES: Final = 4
FAVOURITES: Final = 12

SEGMENTS: Final = ("sole_trader", "micro", "small", "medium")
SEGMENT_SHARES: Final = (0.45, 0.33, 0.16, 0.06)

# Merchant category code, share of merchants, whether it sells online (no card present), usual amount in EUR.
CATEGORIES: Final = (
    ("5964", 0.12, True, 55.0),  # online retail
    ("5734", 0.09, True, 45.0),  # software
    ("7372", 0.08, True, 70.0),  # cloud services
    ("4814", 0.05, True, 38.0),  # telecoms
    ("7311", 0.05, True, 180.0),  # advertising
    ("5411", 0.14, False, 28.0),  # groceries
    ("5541", 0.10, False, 58.0),  # fuel
    ("5812", 0.14, False, 22.0),  # restaurants
    ("4121", 0.06, False, 14.0),  # taxis
    ("7011", 0.05, False, 130.0),  # hotels
    ("5943", 0.05, False, 35.0),  # office supplies
    ("5045", 0.03, False, 420.0),  # computers
    ("4215", 0.04, False, 24.0),  # couriers
)
CATEGORY_IS_ONLINE: Final = np.array([category[2] for category in CATEGORIES])
CATEGORY_AMOUNT_EUR: Final = np.array([category[3] for category in CATEGORIES])


@dataclass(frozen=True)
class Versions:
    """Versions of what changes now and then: entity number, version number from 1, value, and its two times."""

    entity: Array
    number: Array
    value: Array
    occurred_us: Array
    known_us: Array


@dataclass(frozen=True)
class Customers:
    """One row a customer; versions hold the segment. Country is a number of places.COUNTRIES."""

    country: Array
    versions: Versions


@dataclass(frozen=True)
class Accounts:
    """One row an account.

    weight: its share of transactions. amount_eur: its usual amount against the merchant's (a factor).
    home: up to three home countries (columns), from_us when each begins (NEVER if it does not); versions hold the
    recorded ones, some of them null. device_from_us: when each of its devices begins (columns).
    """

    customer: Array
    opened_us: Array
    currency: Array
    weight: Array
    amount_factor: Array
    home: Array
    home_from_us: Array
    device_from_us: Array
    first_device: Array
    versions: Versions

    def home_at(self, account: Array, occurred_us: Array) -> Array:
        """Home country of each account then."""
        begun = self.home_from_us[account] <= occurred_us[:, None]
        homes: Array = self.home[account, np.maximum(begun.sum(axis=1) - 1, 0)]
        return homes

    @property
    def devices(self) -> int:
        """Devices of all accounts together, numbered from 0 by account."""
        return int(self.first_device[-1] + (self.device_from_us[-1] < NEVER).sum())


@dataclass(frozen=True)
class Merchants:
    """One row a merchant; versions hold the category. favourites: merchants that each account returns to."""

    country: Array
    category: Array
    weight: Array
    favourites: Array
    versions: Versions

    @property
    def is_online(self) -> Array:
        """Whether it sells without the card being present."""
        online: Array = CATEGORY_IS_ONLINE[self.category]
        return online


def make_customers(options: SampleOptions) -> Customers:
    """Customers, 2 % of which change segment within the sample's days."""
    random = options.random("customers")
    count = options.customers
    segment = random.choice(len(SEGMENTS), count, p=SEGMENT_SHARES)
    joined_us = options.start_us - random.integers(30 * DAY, 8 * 365 * DAY, count)
    country = random.choice(len(places.COUNTRIES), count, p=places.SHARES)
    versions = _versions(
        options,
        random,
        first_us=joined_us,
        first=segment,
        changing=_some(random, count, 0.02),
        other=(segment + 1) % len(SEGMENTS),
    )
    return Customers(country=country, versions=versions)


def make_accounts(options: SampleOptions, customers: Customers) -> Accounts:
    """Accounts: every customer has one if there are enough; 6 % open within the days, 4 % move to another country."""
    random = options.random("accounts")
    count = options.accounts
    customer = np.arange(count)
    extra = customer >= options.customers
    customer[extra] = random.integers(0, options.customers, extra.sum())
    country = customers.country[customer]

    opened_us = options.start_us - random.integers(30 * DAY, 6 * 365 * DAY, count)
    is_new = _some(random, count, 0.06)
    is_new[0] = False  # somebody is there from the beginning
    span_us = options.end_us - options.start_us
    opened_us[is_new] = options.start_us + random.integers(0, span_us * 9 // 10, is_new.sum())

    home = np.repeat(country[:, None], 3, axis=1)
    home_from_us = np.full((count, 3), NEVER)
    home_from_us[:, 0] = opened_us
    moves = _some(random, count, 0.04) & ~is_new
    moves_again = moves & (random.random(count) < 0.2)
    first_move_us = options.start_us + random.integers(span_us // 10, span_us * 6 // 10, count)
    home_from_us[moves, 1] = first_move_us[moves]
    home_from_us[moves_again, 2] = (first_move_us + random.integers(span_us // 10, span_us * 3 // 10, count))[
        moves_again
    ]
    home[moves, 1:] = _another_country(random, home[moves, 0])[:, None]
    home[moves_again, 2] = country[moves_again]  # back again

    device_count = random.choice(MAX_DEVICES, count, p=(0.45, 0.30, 0.17, 0.08)) + 1
    device_from_us = options.start_us - random.integers(1, 365 * DAY, (count, MAX_DEVICES))
    is_later = random.random((count, MAX_DEVICES)) < 0.5
    is_later[:, 0] = False
    later_us = options.start_us + random.integers(0, span_us, (count, MAX_DEVICES))
    device_from_us = np.where(is_later, later_us, device_from_us)
    device_from_us[np.arange(MAX_DEVICES) >= device_count[:, None]] = NEVER

    weight = random.lognormal(0.0, 1.1, count)
    return Accounts(
        customer=customer,
        opened_us=opened_us,
        currency=places.CURRENCY[country],
        weight=weight / weight.sum(),
        amount_factor=random.lognormal(0.0, 0.5, count),
        home=home,
        home_from_us=home_from_us,
        device_from_us=device_from_us,
        first_device=np.cumsum(device_count) - device_count,
        versions=_account_versions(random, home, home_from_us),
    )


def make_merchants(options: SampleOptions, accounts: Accounts) -> Merchants:
    """Merchants: the first is the hot one, the rest fall off as rank to the power of -0.8; 2 % change category."""
    random = options.random("merchants")
    count = options.merchants
    shares = np.array([category[1] for category in CATEGORIES])
    category = random.choice(len(CATEGORIES), count, p=shares / shares.sum())
    category[HOT_MERCHANT] = 0
    country = random.choice(len(places.COUNTRIES), count, p=places.SHARES)
    weight = random.permutation(np.arange(1, count + 1) ** -0.8)
    weight[HOT_MERCHANT] = 0.0
    founded_us = options.start_us - random.integers(30 * DAY, 8 * 365 * DAY, count)
    changing = _some(random, count, 0.02)
    changing[HOT_MERCHANT] = False
    # The new code is of the same kind, online or not, so that the merchant still sells the same way.
    alike = np.array([_next_alike(number) for number in range(len(CATEGORIES))])
    versions = _versions(options, random, first_us=founded_us, first=category, changing=changing, other=alike[category])
    return Merchants(
        country=country,
        category=category,
        weight=weight / weight.sum() if weight.sum() else np.ones(count) / count,
        favourites=_favourites(random, accounts.home[:, 0], country, weight),
        versions=versions,
    )


def draw(random: np.random.Generator, weight: Array, size: int) -> Array:
    """Numbers from 0, by weight. Quicker than Generator.choice for many draws."""
    bounds = np.cumsum(weight)
    drawn: Array = np.searchsorted(bounds, random.random(size) * bounds[-1], side="right")
    return np.minimum(drawn, len(weight) - 1)


def _favourites(random: np.random.Generator, home: Array, country: Array, weight: Array) -> Array:
    """Twelve merchants for each account, four fifths of them in its own country."""
    open_weight = weight if weight.sum() else np.ones(len(weight))
    favourites = draw(random, open_weight, len(home) * FAVOURITES).reshape(len(home), FAVOURITES)
    is_domestic = random.random(favourites.shape) < 0.8
    for number in range(len(places.COUNTRIES)):
        residents = home == number
        domestic_weight = np.where(country == number, open_weight, 0.0)
        if residents.any() and domestic_weight.sum():
            domestic = draw(random, domestic_weight, int(residents.sum()) * FAVOURITES).reshape(-1, FAVOURITES)
            favourites[residents] = np.where(is_domestic[residents], domestic, favourites[residents])
    return favourites


def _account_versions(random: np.random.Generator, home: Array, home_from_us: Array) -> Versions:
    entity, column = np.nonzero(home_from_us < NEVER)
    occurred_us = home_from_us[entity, column]
    recorded = home[entity, column]
    # Of one account in a hundred the first home country was never recorded.
    is_unrecorded = random.random(len(home)) < 0.01
    recorded = np.where(is_unrecorded[entity] & (column == 0), places.NOWHERE, recorded)
    return Versions(
        entity=entity,
        number=column + 1,
        value=recorded,
        occurred_us=occurred_us,
        known_us=occurred_us + _reporting_delay(random, is_first=column == 0),
    )


def _versions(
    options: SampleOptions,
    random: np.random.Generator,
    *,
    first_us: Array,
    first: Array,
    changing: Array,
    other: Array,
) -> Versions:
    """A first version for all, and for those `changing` a second one somewhere within the sample's days."""
    changed = np.flatnonzero(changing)
    changed_us = random.integers(options.start_us, options.end_us, len(changed))
    entity = np.concatenate([np.arange(len(first)), changed])
    number = np.concatenate([np.ones(len(first), np.int64), np.full(len(changed), 2)])
    occurred_us = np.concatenate([first_us, changed_us])
    order = np.lexsort((number, entity))
    return Versions(
        entity=entity[order],
        number=number[order],
        value=np.concatenate([first, other[changed]])[order],
        occurred_us=occurred_us[order],
        known_us=(occurred_us + _reporting_delay(random, is_first=number == 1))[order],
    )


def _reporting_delay(random: np.random.Generator, *, is_first: Array) -> Array:
    """Microseconds until a version is known: opening at once, a change after a minute to three days."""
    at_once = random.integers(20_000, 2_000_000, len(is_first))
    reported = np.exp(random.uniform(np.log(MINUTE), np.log(72 * HOUR), len(is_first))).astype(np.int64)
    return np.where(is_first, at_once, reported)


def _another_country(random: np.random.Generator, country: Array) -> Array:
    step = random.integers(1, len(places.COUNTRIES), len(country))
    return (country + step) % len(places.COUNTRIES)


def _next_alike(category: int) -> int:
    alike = np.flatnonzero(CATEGORY_IS_ONLINE[category] == CATEGORY_IS_ONLINE)
    return int(alike[(np.searchsorted(alike, category) + 1) % len(alike)])


def _some(random: np.random.Generator, count: int, share: float) -> Array:
    """A mask with exactly `share` of it set (rounded), so that small samples have some too."""
    mask = np.zeros(count, bool)
    mask[random.permutation(count)[: round(count * share)]] = True
    return mask
