"""When each transaction became known: at once, minutes late, or hours late."""

from typing import Any, Final

import numpy as np

from truepoint.events.sample.options import HOUR, MINUTE, SECOND, SampleOptions

Array = np.ndarray[Any, Any]

LATE_SHARE: Final = 0.02
VERY_LATE_SHARE: Final = 0.001
AT_ONCE_US: Final = (20_000, 2 * SECOND)
LATE_US: Final = (2 * SECOND + 1, 10 * MINUTE)
VERY_LATE_US: Final = (HOUR, 12 * HOUR)


def make_known_us(options: SampleOptions, occurred_us: Array) -> Array:
    """Known times: 2 % up to ten minutes after the event, one in a thousand 1 to 12 hours, the rest 20 ms to 2 s."""
    random = options.random("known times")
    count = len(occurred_us)
    # Most arrive soon: their delays are even on a logarithmic scale.
    low, high = np.log(AT_ONCE_US)
    delay_us = np.exp(random.uniform(low, high, count)).astype(np.int64).clip(*AT_ONCE_US)
    chance = random.random(count)
    is_very_late = chance < VERY_LATE_SHARE
    is_late = ~is_very_late & (chance < VERY_LATE_SHARE + LATE_SHARE)
    delay_us[is_late] = random.integers(*LATE_US, is_late.sum(), endpoint=True)
    delay_us[is_very_late] = random.integers(*VERY_LATE_US, is_very_late.sum(), endpoint=True)
    known_us: Array = occurred_us + delay_us
    return known_us
