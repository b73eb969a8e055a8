"""What an account holds: money comes in once a week, purchases take it out. Overdrafts follow from it."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from truepoint.events.sample.options import DAY, SampleOptions
from truepoint.events.sample.rows import Rows

Array = np.ndarray[Any, Any]

WEEK: Final = 7 * DAY


@dataclass(frozen=True)
class Incomes:
    """One row an account, in EUR cents: what it held at first, what it gets each week and when, how far it may go."""

    opening: Array
    weekly: Array
    phase_us: Array
    limit: Array


def make_incomes(options: SampleOptions, rows: Rows) -> Incomes:
    """Incomes that about pay for what each account spends: most live well within them, some just do not."""
    random = options.random("incomes")
    spent = np.bincount(rows.account, np.where(rows.is_declined, 0, rows.base_amount_minor), minlength=options.accounts)
    purchases = np.bincount(rows.account, minlength=options.accounts)
    weekly = spent / max(options.days / 7, 1.0)
    # Who buys seldom still has money for it: reserves go by the week or by a few purchases, whichever is more.
    reserve = np.maximum(weekly, 3.0 * spent / np.maximum(purchases, 1))
    return Incomes(
        opening=np.rint(reserve * random.lognormal(0.6, 0.6, options.accounts)).astype(np.int64),
        weekly=np.rint(weekly * random.uniform(0.93, 1.2, options.accounts)).astype(np.int64),
        phase_us=random.integers(0, WEEK, options.accounts),
        limit=np.rint(reserve * random.uniform(0.3, 1.2, options.accounts)).astype(np.int64),
    )


def balances_after(options: SampleOptions, rows: Rows, incomes: Incomes) -> Array:
    """Balance of its account, in EUR cents, after each row. `rows` are in order of time; declined ones take nothing."""
    taken = np.where(rows.is_declined, 0, rows.base_amount_minor)
    by_account = np.argsort(rows.account, kind="stable")
    account = rows.account[by_account]
    running = np.cumsum(taken[by_account])
    starts = np.flatnonzero(np.diff(account, prepend=-1))
    before = (running - taken[by_account])[starts]
    running -= np.repeat(before, np.diff(starts, append=len(account)))
    spent = np.empty_like(running)
    spent[by_account] = running
    paydays = (rows.occurred_us - options.start_us + incomes.phase_us[rows.account]) // WEEK
    balances: Array = incomes.opening[rows.account] + incomes.weekly[rows.account] * paydays - spent
    return balances


def lacks_money(options: SampleOptions, rows: Rows, incomes: Incomes) -> Array:
    """Mask of the purchases that would go beyond the account's limit; nine in ten of those are declined."""
    random = options.random("limits")
    beyond = balances_after(options, rows, incomes) < -incomes.limit[rows.account]
    mask: Array = beyond & (random.random(len(rows)) < 0.9)
    return mask
