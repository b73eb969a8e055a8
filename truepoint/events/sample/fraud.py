"""Two kinds of fraud that a model can find: card testing and account takeover.

Card testing: many small payments, often declined, seconds apart, from one new device; either many cards at one
merchant or one card at many merchants. Takeover: an account's new device in a foreign country buys large amounts
within hours; half of them follow a test of that very card.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from truepoint.events.sample import places
from truepoint.events.sample.money import Rates
from truepoint.events.sample.options import DAY, HOUR, MINUTE, SECOND, SampleOptions
from truepoint.events.sample.population import Accounts, Merchants, draw
from truepoint.events.sample.purchases import scatter, typical_amount_eur
from truepoint.events.sample.rows import CARD_TESTING, TAKEOVER, Rows, concatenate

Array = np.ndarray[Any, Any]

TESTING_SHARE: Final = 0.004
TAKEOVER_SHARE: Final = 0.002


@dataclass(frozen=True)
class _Bursts:
    """One row a burst, and how many payments it has."""

    size: Array
    start_us: Array
    account: Array
    device: Array
    country: Array

    def repeat(self, values: Array) -> Array:
        repeated: Array = np.repeat(values, self.size)
        return repeated


def count_fraud(rows: int) -> int:
    """How many of `rows` transactions are fraud."""
    return round(rows * TESTING_SHARE) + round(rows * TAKEOVER_SHARE)


def make_fraud(options: SampleOptions, accounts: Accounts, merchants: Merchants, rates: Rates) -> Rows:
    """All fraudulent purchases, `count_fraud(options.rows)` of them. Bursts number from 0."""
    random = options.random("fraud")
    was_open = np.flatnonzero(accounts.opened_us < options.start_us)
    testing = _bursts(options, random, accounts, was_open, round(options.rows * TESTING_SHARE), smallest=15, largest=60)
    takeover = _bursts(options, random, accounts, was_open, round(options.rows * TAKEOVER_SHARE), smallest=4, largest=8)
    takes_one_merchant = random.random(len(testing.size)) < 0.5

    # Every other takeover uses a card that was tested before, from the same device.
    tested = np.flatnonzero(~takes_one_merchant)
    following = min(len(takeover.size) // 2, len(tested))
    before = tested[:following]
    takeover.account[:following] = testing.account[before]
    takeover.country[:following] = testing.country[before]
    takeover.start_us[:following] = testing.start_us[before] + random.integers(30 * MINUTE, 6 * HOUR, following)

    first_device = accounts.devices
    testing.device[:] = first_device + np.arange(len(testing.size))
    takeover.device[:] = first_device + len(testing.size) + np.arange(len(takeover.size))
    takeover.device[:following] = testing.device[before]
    return concatenate(
        [
            _testing_rows(options, random, testing, takes_one_merchant, was_open, accounts, merchants, rates),
            _takeover_rows(options, random, takeover, len(testing.size), accounts, merchants, rates),
        ]
    )


def _bursts(
    options: SampleOptions,
    random: np.random.Generator,
    accounts: Accounts,
    was_open: Array,
    rows: int,
    *,
    smallest: int,
    largest: int,
) -> _Bursts:
    sizes = random.integers(smallest, largest + 1, rows // smallest + 1)
    ends = np.cumsum(sizes)
    count = int(np.searchsorted(ends, rows)) + 1 if rows else 0
    sizes = sizes[:count]
    if count:
        sizes[-1] -= ends[count - 1] - rows
    account = random.choice(was_open, count)
    home = accounts.home[account, 0]
    abroad = (home + random.integers(1, len(places.COUNTRIES), count)) % len(places.COUNTRIES)
    # Bursts begin early enough to end within the sample's days.
    start_us = options.start_us + random.integers(0, options.days * DAY - 12 * HOUR, count)
    return _Bursts(size=sizes, start_us=start_us, account=account, device=np.zeros(count, np.int64), country=abroad)


def _testing_rows(
    options: SampleOptions,
    random: np.random.Generator,
    bursts: _Bursts,
    takes_one_merchant: Array,
    was_open: Array,
    accounts: Accounts,
    merchants: Merchants,
    rates: Rates,
) -> Rows:
    count = int(bursts.size.sum())
    online = _online(merchants)
    is_one_merchant = bursts.repeat(takes_one_merchant)
    account = np.where(is_one_merchant, random.choice(was_open, count), bursts.repeat(bursts.account))
    merchant = np.where(
        is_one_merchant, bursts.repeat(random.choice(online, len(bursts.size))), random.choice(online, count)
    )
    eur = random.uniform(0.3, 3.0, count) * (random.random(count) > 0.1)  # a tenth only asks whether the card lives
    return _rows(
        options,
        random,
        bursts,
        rates,
        account=account,
        merchant=merchant,
        currency=accounts.currency[account],
        eur=eur,
        is_declined=random.random(count) < 0.6,
        story=CARD_TESTING,
        burst=bursts.repeat(np.arange(len(bursts.size))),
        usual_gap_us=12 * SECOND,
    )


def _takeover_rows(
    options: SampleOptions,
    random: np.random.Generator,
    bursts: _Bursts,
    first_burst: int,
    accounts: Accounts,
    merchants: Merchants,
    rates: Rates,
) -> Rows:
    count = int(bursts.size.sum())
    online = _online(merchants)
    account = bursts.repeat(bursts.account)
    merchant = online[draw(random, merchants.weight[online] + 0.1 / len(online), count)]
    eur = np.minimum(
        typical_amount_eur(account, merchant, accounts, merchants) * random.uniform(4, 15, count), 50_000.0
    )
    return _rows(
        options,
        random,
        bursts,
        rates,
        account=account,
        merchant=merchant,
        currency=accounts.currency[account],
        eur=eur,
        is_declined=random.random(count) < 0.2,
        story=TAKEOVER,
        burst=first_burst + bursts.repeat(np.arange(len(bursts.size))),
        usual_gap_us=10 * MINUTE,
    )


def _rows(
    options: SampleOptions,
    random: np.random.Generator,
    bursts: _Bursts,
    rates: Rates,
    *,
    account: Array,
    merchant: Array,
    currency: Array,
    eur: Array,
    is_declined: Array,
    story: int,
    burst: Array,
    usual_gap_us: int,
) -> Rows:
    count = len(account)
    # Gaps run on from burst to burst: what ran before a burst is taken off again.
    gaps = np.minimum(random.exponential(usual_gap_us, count), 4 * usual_gap_us).astype(np.int64) + 1
    ran = np.cumsum(gaps)
    first = np.cumsum(bursts.size) - bursts.size
    ran -= bursts.repeat(ran[first] if count else first)
    occurred_us = np.minimum(bursts.repeat(bursts.start_us) + ran, options.end_us - 1)
    country = bursts.repeat(bursts.country)
    amount_minor = rates.from_eur(eur, currency, occurred_us)
    return Rows(
        account=account,
        merchant=merchant,
        device=bursts.repeat(bursts.device),
        country=country,
        latitude=scatter(random, places.LATITUDE[country], 0.02),
        longitude=scatter(random, places.LONGITUDE[country], 0.02),
        currency=currency,
        amount_minor=amount_minor,
        base_amount_minor=rates.to_base(amount_minor, currency, occurred_us),
        is_declined=is_declined,
        is_refund=np.zeros(count, bool),
        story=np.full(count, story),
        burst=burst,
        occurred_us=occurred_us,
    )


def _online(merchants: Merchants) -> Array:
    online = np.flatnonzero(merchants.is_online)
    return online if len(online) else np.arange(len(merchants.country))
