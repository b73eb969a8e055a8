"""Transactions while they are being made: one array a column, all of one length."""

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, Any]

NO_DEVICE: Final = -1

ORDINARY: Final = 0
CARD_TESTING: Final = 1
TAKEOVER: Final = 2


@dataclass(frozen=True)
class Rows:
    """Purchases and refunds. Entities, countries and currencies are numbers; times are microseconds.

    device: NO_DEVICE where the card was present. country: places.NOWHERE where it is not known; latitude and longitude
    are then NaN. story: ORDINARY, or the kind of fraud; burst: number of its burst, -1 for none. Neither is stored.
    """

    account: Array
    merchant: Array
    device: Array
    country: Array
    latitude: Array
    longitude: Array
    currency: Array
    amount_minor: Array
    base_amount_minor: Array
    is_declined: Array
    is_refund: Array
    story: Array
    burst: Array
    occurred_us: Array

    def __len__(self) -> int:
        return len(self.account)

    def take(self, chosen: Array) -> "Rows":
        """The rows at these positions, or where this mask is set."""
        return Rows(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    def sorted(self) -> "Rows":
        """By time; rows of one instant keep their order."""
        return self.take(np.argsort(self.occurred_us, kind="stable"))


def concatenate(parts: list[Rows]) -> Rows:
    """All rows of `parts`, one after another."""
    return Rows(
        **{column.name: np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Rows)}
    )
