"""Refunds: money back for a purchase, hours to weeks after it."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from truepoint.events.sample.money import Rates
from truepoint.events.sample.options import DAY, MINUTE, SampleOptions
from truepoint.events.sample.rows import NO_DEVICE, ORDINARY, Rows

Array = np.ndarray[Any, Any]

REFUND_SHARE: Final = 0.025


def make_refunds(options: SampleOptions, count: int, purchases: Rows, rates: Rates) -> Rows:
    """At most `count` refunds, each of another approved purchase, in its currency and place, later.

    Seven in ten give all back, the others a part.
    """
    random = options.random("refunds")
    can_be_refunded = ~purchases.is_declined & (purchases.amount_minor > 1) & (purchases.story == ORDINARY)
    can_be_refunded &= purchases.occurred_us < options.end_us - 2 * MINUTE
    possible = np.flatnonzero(can_be_refunded)
    bought = purchases.take(random.permutation(possible)[:count])

    usual_delay_us = np.exp(random.normal(np.log(3 * DAY), 1.0, len(bought))).astype(np.int64) + MINUTE
    left_us = options.end_us - bought.occurred_us
    delay_us = np.where(
        usual_delay_us < left_us, usual_delay_us, (random.uniform(0.1, 0.9, len(bought)) * left_us).astype(np.int64)
    )
    occurred_us = bought.occurred_us + delay_us

    share = np.where(random.random(len(bought)) < 0.7, 1.0, random.uniform(0.1, 0.95, len(bought)))
    amount_minor = -np.maximum(np.rint(bought.amount_minor * share).astype(np.int64), 1)
    return replace(
        bought,
        device=np.full(len(bought), NO_DEVICE),
        amount_minor=amount_minor,
        base_amount_minor=rates.to_base(amount_minor, bought.currency, occurred_us),
        is_refund=np.ones(len(bought), bool),
        occurred_us=occurred_us,
    )
