"""Events and spine of a world as Arrow tables, by NumPy: millions of rows in seconds."""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from benchmarks.training.worlds import World
from truepoint.events.sample import arrow
from truepoint.events.sample.known_times import AT_ONCE_US, LATE_SHARE, LATE_US
from truepoint.events.sample.population import draw

Array = np.ndarray[Any, Any]

ZIPF_EXPONENT: Final = 0.8  # as the merchants of `truepoint sample`
ACCOUNT_SIGMA: Final = 1.1
AT_ONCE_SHARE: Final = 0.5  # of the events that are not late


def generate(world: World) -> tuple[Any, Any]:
    """Return (events, spine).

    events: transaction_id, account_id, merchant_id (text), amount_minor (int64), occurred_at, known_at; in the order
    of known times, as a table is filled. spine: spine_id, event_id, as_of, account_id, merchant_id; one row for each
    sampled event, at its own time, in the order of time.
    """
    occurred_us = np.sort(world.random("times").integers(world.start_us, world.end_us, world.events))
    known_us = occurred_us + _delays_us(world)
    account = draw(world.random("accounts"), _account_weights(world), world.events)
    merchant = draw(world.random("merchants"), _merchant_weights(world), world.events)
    events = pa.table(
        {
            "transaction_id": arrow.ids("t-", np.arange(world.events), 9),
            "account_id": arrow.ids("a-", account, 6),
            "merchant_id": arrow.ids("m-", merchant, 5),
            "amount_minor": pa.array(_amounts_minor(world)),
            "occurred_at": arrow.times(occurred_us),
            "known_at": arrow.times(known_us),
        }
    )
    sampled = np.sort(world.random("spine").permutation(world.events)[: world.spine_rows])
    decided = events.take(pa.array(sampled))
    spine = pa.table(
        {
            "spine_id": decided["transaction_id"],
            "event_id": decided["transaction_id"],
            "as_of": decided["occurred_at"],
            "account_id": decided["account_id"],
            "merchant_id": decided["merchant_id"],
        }
    )
    return events.take(pa.array(np.argsort(known_us, kind="stable"))), spine


def _delays_us(world: World) -> Array:
    """From event time to known time: LATE_SHARE up to ten minutes; of the others half nothing, half 20 ms to 2 s.

    So some decided events are known at their own decision, and have to be left out of it; others are not known yet.
    """
    random = world.random("delays")
    low, high = np.log(AT_ONCE_US)
    delays_us = np.exp(random.uniform(low, high, world.events)).astype(np.int64).clip(*AT_ONCE_US)
    delays_us[random.random(world.events) < AT_ONCE_SHARE] = 0
    late = random.permutation(world.events)[: round(world.events * LATE_SHARE)]
    delays_us[late] = random.integers(*LATE_US, len(late), endpoint=True)
    return delays_us


def _account_weights(world: World) -> Array:
    return world.random("account weights").lognormal(0.0, ACCOUNT_SIGMA, world.accounts)


def _merchant_weights(world: World) -> Array:
    """The first merchant is the largest."""
    weights: Array = np.arange(1, world.merchants + 1) ** -ZIPF_EXPONENT
    if world.hottest_share is not None:
        weights[0] = weights[1:].sum() * world.hottest_share / (1 - world.hottest_share)
    return weights


def _amounts_minor(world: World) -> Array:
    """About 30 EUR at the median; one in thirty is a refund."""
    random = world.random("amounts")
    amounts = np.exp(random.normal(8.0, 1.2, world.events)).astype(np.int64) + 1
    return np.where(random.random(world.events) < 1 / 30, -amounts, amounts)
