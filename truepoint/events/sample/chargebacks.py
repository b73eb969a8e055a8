"""Chargebacks: what account holders report, days or weeks after the transaction; some of it no fraud."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from truepoint.events.sample.options import DAY, MINUTE, SampleOptions
from truepoint.events.sample.rows import CARD_TESTING, ORDINARY, TAKEOVER, Rows

Array = np.ndarray[Any, Any]

REPORTED_SHARE: Final = {CARD_TESTING: 0.5, TAKEOVER: 0.9, ORDINARY: 0.0006}
USUAL_DELAY_US: Final = 14 * DAY
DELAY_US: Final = (1 * DAY, 100 * DAY)

FRAUD: Final = 0
REASONS: Final = ("fraud", "not_recognised", "not_received", "duplicate")


@dataclass(frozen=True)
class Chargebacks:
    """One row a chargeback, in order of report: position of its transaction, number of its reason, and the report."""

    transaction: Array
    reason: Array
    known_us: Array


def make_chargebacks(options: SampleOptions, rows: Rows) -> Chargebacks:
    """Chargebacks of approved purchases, `rows` being all transactions.

    Those of one burst are reported together. A report may lie after the sample's end: it was still to come then.
    """
    random = options.random("chargebacks")
    count = len(rows)
    chance = np.select([rows.story == story for story in REPORTED_SHARE], list(REPORTED_SHARE.values()))
    is_reported = ~rows.is_declined & ~rows.is_refund & (rows.base_amount_minor > 0) & (random.random(count) < chance)
    transaction = np.flatnonzero(is_reported)
    burst, story = rows.burst[transaction], rows.story[transaction]

    own_delay_us = _delays(random, len(transaction))
    burst_delay_us = _delays(random, int(rows.burst.max(initial=-1)) + 1)
    is_together = (burst >= 0) & (story == TAKEOVER)
    delay_us = own_delay_us
    delay_us[is_together] = burst_delay_us[burst[is_together]] + random.integers(0, 30 * MINUTE, is_together.sum())
    reason = np.where(story == ORDINARY, random.integers(1, len(REASONS), len(transaction)), FRAUD)
    known_us = rows.occurred_us[transaction] + delay_us
    order = np.argsort(known_us, kind="stable")
    return Chargebacks(transaction=transaction[order], reason=reason[order], known_us=known_us[order])


def _delays(random: np.random.Generator, count: int) -> Array:
    delays = np.exp(random.normal(np.log(USUAL_DELAY_US), 0.8, count)).astype(np.int64)
    clipped: Array = delays.clip(*DELAY_US)
    return clipped
