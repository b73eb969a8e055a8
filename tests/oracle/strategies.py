"""Hypothesis strategies for what breaks point-in-time features.

Few keys and few instants, so that these meet in most examples: ties; events on, and a microsecond beside, each bound
of each window; events known on, and a microsecond beside, the as-of time; late events, some known only when their
window has passed; the decided event; null keys, times and attributes; no events; the same spine row twice; events known
before they occur; the same instant in other UTC offsets; bigints at the edge.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from hypothesis import strategies as st

from tests.oracle.card_fraud import WINDOWS, AccountVersion, Chargeback, SpineRow, Transaction, World
from tests.oracle.oracle import duration

MICROSECOND: Final = timedelta(microseconds=1)
# Half an hour after New York's clocks go forward, and back: every window of an hour or more crosses the change.
ANCHORS: Final = (datetime(2025, 3, 9, 7, 30, tzinfo=UTC), datetime(2025, 11, 2, 6, 30, tzinfo=UTC))
STEPS: Final = (
    timedelta(0),
    MICROSECOND,
    timedelta(minutes=4),
    timedelta(hours=1),
    timedelta(days=6),
    timedelta(days=30),
)
EDGES: Final = (timedelta(0), *(duration(window) for window in WINDOWS))
BESIDE: Final = (-MICROSECOND, timedelta(0), MICROSECOND)
# How long before an as-of time events happen: on and beside each bound; mostly near ones, or short windows stay empty.
BEFORE: Final = (
    *(edge + beside for edge in (*EDGES[:1] * 4, *EDGES[:3], *EDGES * 2) for beside in BESIDE),
    *(edge - timedelta(seconds=7) for edge in EDGES[1:]),
)
# Known with the event, late, or before it.
LAGS: Final = (
    *(timedelta(0),) * 8,
    MICROSECOND,
    timedelta(seconds=1),
    timedelta(minutes=10),
    timedelta(hours=3),
    timedelta(days=40),
    timedelta(days=-2),
)
OFFSETS: Final = (UTC, timezone(timedelta(hours=-3, minutes=-30)), timezone(timedelta(hours=14)))

# One key mostly, so that events share it.
ACCOUNTS: Final = ("a", "a", "a", "a", "A")
MERCHANTS: Final = ("m", "m", "m", "m", "n")
DEVICES: Final = ("d", "d", "d", "e")
COUNTRIES: Final = ("EE", "FI")
# In byte order, which is not the order of most collations.
IDS: Final = ("B", "Z-1", "Z1", "a", "a ", "aa", "b", "\u00e9", "\u20ac", "\U0001f600")
AMOUNTS: Final = (0, 1, -1, 250, 1_000_000, 2**53 + 1, -(2**53) - 1)
EXTREMES: Final = (2**63 - 1, -(2**63), 2**62)


def ids(*, at_most: int) -> st.SearchStrategy[tuple[str, ...]]:
    """Different ids, in an order that is mostly not theirs."""
    orders = st.sampled_from((IDS, IDS[::-1], IDS[5:] + IDS[:5]))
    return st.tuples(orders, st.sampled_from((0, *range(at_most // 2, at_most + 1)))).map(
        lambda drawn: drawn[0][: drawn[1]]
    )


def or_null(values: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    """Mostly one of `values`, sometimes None."""
    return st.sampled_from((*values * 4, None))


def in_some_offset(instant: datetime) -> st.SearchStrategy[datetime]:
    """The same instant, written in another UTC offset."""
    return st.sampled_from(OFFSETS).map(instant.astimezone)


def event_times(as_ofs: list[datetime]) -> st.SearchStrategy[datetime]:
    """On, or a microsecond beside, a bound of a window at one of `as_ofs`."""
    return st.tuples(st.sampled_from(as_ofs), st.sampled_from(BEFORE), st.sampled_from(OFFSETS)).map(
        lambda drawn: (drawn[0] - drawn[1]).astimezone(drawn[2])
    )


@st.composite
def known_times(draw: st.DrawFn, event_time: datetime, as_ofs: list[datetime]) -> datetime:
    """After a lag, or beside an as-of time, or beside the end of the event's visibility."""
    kind = draw(st.sampled_from(("lag", "lag", "lag", "lag", "as_of", "as_of", "window_end")))
    if kind == "lag":
        return draw(in_some_offset(event_time + draw(st.sampled_from(LAGS))))
    if kind == "as_of":
        return draw(st.sampled_from(as_ofs)) + draw(st.sampled_from(BESIDE))
    return event_time + draw(st.sampled_from(EDGES)) + draw(st.sampled_from(BESIDE))


@st.composite
def both_times(draw: st.DrawFn, as_ofs: list[datetime]) -> tuple[datetime | None, datetime | None]:
    """Event time and known time; rarely one is null."""
    event_time = draw(event_times(as_ofs))
    known_at = draw(known_times(event_time, as_ofs))
    lost = draw(st.integers(0, 31))
    return (None if lost == 30 else event_time), (None if lost == 31 else known_at)


def amounts(*, extreme: bool) -> st.SearchStrategy[int | None]:
    """Minor units; with `extreme`, sums of a few may leave bigint."""
    return st.sampled_from((*AMOUNTS, *EXTREMES, None) if extreme else (*AMOUNTS, None))


@st.composite
def transactions(draw: st.DrawFn, transaction_id: str, as_ofs: list[datetime], *, extreme: bool) -> Transaction:
    occurred_at, known_at = draw(both_times(as_ofs))
    return Transaction(
        transaction_id=transaction_id,
        account_id=draw(or_null(ACCOUNTS)),
        merchant_id=draw(or_null(MERCHANTS)),
        device_id=draw(or_null(DEVICES)),
        is_declined=draw(st.sampled_from((True, False, None))),
        amount_minor=draw(amounts(extreme=extreme)),
        country=draw(or_null(COUNTRIES)),
        occurred_at=occurred_at,
        known_at=known_at,
    )


@st.composite
def chargebacks(draw: st.DrawFn, chargeback_id: str, as_ofs: list[datetime]) -> Chargeback:
    occurred_at, known_at = draw(both_times(as_ofs))
    return Chargeback(chargeback_id, draw(or_null(MERCHANTS)), occurred_at, known_at)


@st.composite
def account_versions(draw: st.DrawFn, version_id: str, as_ofs: list[datetime]) -> AccountVersion:
    occurred_at, known_at = draw(both_times(as_ofs))
    return AccountVersion(version_id, draw(or_null(ACCOUNTS)), draw(or_null(COUNTRIES)), occurred_at, known_at)


@st.composite
def spine_rows(
    draw: st.DrawFn, spine_id: str, decided: list[Transaction], as_ofs: list[datetime], *, extreme: bool
) -> SpineRow:
    """Decides one of `decided` when it occurs, as in training; or asks at any of `as_ofs` for any keys."""
    choice = draw(st.sampled_from((*decided, None)))
    if choice is not None and choice.occurred_at is not None and draw(st.booleans()):
        return SpineRow(
            spine_id=spine_id,
            event_id=choice.transaction_id,
            as_of=choice.occurred_at,
            account_id=choice.account_id,
            merchant_id=choice.merchant_id,
            device_id=choice.device_id,
            amount_minor=choice.amount_minor,
            country=choice.country,
        )
    return SpineRow(
        spine_id=spine_id,
        event_id=choice.transaction_id if choice is not None else draw(st.sampled_from((None, "no such event"))),
        as_of=draw(in_some_offset(draw(st.sampled_from(as_ofs)))),
        account_id=draw(or_null((*ACCOUNTS, *ACCOUNTS, "unknown"))),
        merchant_id=draw(or_null((*MERCHANTS, *MERCHANTS, "unknown"))),
        device_id=draw(or_null(DEVICES)),
        amount_minor=draw(amounts(extreme=extreme)),
        country=draw(or_null(COUNTRIES)),
    )


@st.composite
def worlds(draw: st.DrawFn, *, extreme: bool = False) -> World:
    """At most 10 transactions, 6 of each other event, and 1 to 9 spine rows."""
    anchor = draw(st.sampled_from(ANCHORS))
    as_ofs = [anchor + step for step in draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=2, unique=True))]
    named = draw(ids(at_most=len(IDS)))
    transaction_list = [draw(transactions(name, as_ofs, extreme=extreme)) for name in named]
    # Ids of the relations coincide: a chargeback named like the decided transaction is not the decided transaction.
    chargeback_list = [draw(chargebacks(name, as_ofs)) for name in draw(ids(at_most=6))]
    version_list = [draw(account_versions(name, as_ofs)) for name in draw(ids(at_most=6))]
    rows = [
        draw(spine_rows(f"s{number}", transaction_list, as_ofs, extreme=extreme))
        for number in range(draw(st.sampled_from((1, 3, 5, 7))))
    ]
    repeated = draw(st.lists(st.sampled_from(rows), max_size=2))
    rows += [replace(row, spine_id=f"r{number}") for number, row in enumerate(repeated)]
    return World(transaction_list, chargeback_list, version_list, rows)
