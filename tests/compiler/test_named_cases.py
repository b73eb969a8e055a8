"""The cases that point-in-time features get wrong, one claim each; both forms and the oracle must agree on each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.compiler.agreement import agreed_values, check_agreement, check_probe_agreement, is_same
from tests.compiler.feature_database import FeatureDatabase
from tests.oracle.card_fraud import AccountVersion, Chargeback, SpineRow, Transaction
from tests.oracle.oracle import duration
from tests.worlds.payments import MICROSECOND, NOON, SECOND, asked, transaction, world

# What each windowed feature says when one transaction of 100 is seen, and when none is.
ONE_SEEN = {
    "account_txn_count_1h": ("1h", 1, 0),
    "account_amount_sum_24h": ("24h", 100, 0),
    "account_amount_mean_30d": ("30d", 100.0, None),
    "account_distinct_merchants_7d": ("7d", 1, 0),
    "merchant_txn_count_5m": ("5m", 1, 0),
    "merchant_declined_share_1h": ("1h", 0.0, None),
    "account_device_txn_count_90d": ("90d", 1, 0),
    "txn_is_new_device": ("90d", False, True),
}
each_window = pytest.mark.parametrize("window", sorted({window for window, _, _ in ONE_SEEN.values()}))


def check_one(values: Mapping[str, Any], *, is_seen: bool, window: str | None = None) -> None:
    """Assert what the features say, those of `window` or all of them, where one transaction is seen, or none."""
    wanted = {
        name: when_seen if is_seen else when_not
        for name, (of_window, when_seen, when_not) in ONE_SEEN.items()
        if window in (None, of_window)
    }
    wrong = {name: values[name] for name, value in wanted.items() if not is_same(values[name], value)}
    assert wanted
    assert not wrong, f"wanted: {wanted}"


def test_event_at_the_as_of_time_is_seen_and_a_microsecond_later_is_not(features: FeatureDatabase) -> None:
    check_one(agreed_values(features, world(transaction("t", NOON))), is_seen=True)
    too_late = agreed_values(features, world(transaction("t", NOON + MICROSECOND, known_at=NOON)))
    check_one(too_late, is_seen=False)


@each_window
def test_event_a_microsecond_inside_the_windows_start_is_seen_and_at_it_is_not(
    features: FeatureDatabase, window: str
) -> None:
    start = NOON - duration(window)
    inside = agreed_values(features, world(transaction("t", start + MICROSECOND)))
    at_start = agreed_values(features, world(transaction("t", start)))
    check_one(inside, is_seen=True, window=window)
    check_one(at_start, is_seen=False, window=window)


def test_event_known_at_as_of_is_visible(features: FeatureDatabase) -> None:
    check_one(agreed_values(features, world(transaction("t", NOON - SECOND, known_at=NOON))), is_seen=True)


def test_event_known_one_microsecond_after_as_of_is_invisible(features: FeatureDatabase) -> None:
    values = agreed_values(features, world(transaction("t", NOON - SECOND, known_at=NOON + MICROSECOND)))
    check_one(values, is_seen=False)


@each_window
def test_event_known_only_after_its_window_is_never_visible(features: FeatureDatabase, window: str) -> None:
    occurred_at = NOON - duration(window)
    for known_at in (NOON - MICROSECOND, NOON, NOON + MICROSECOND):
        spine = tuple(
            asked(spine_id=str(number), as_of=known_at + beside)
            for number, beside in enumerate((-MICROSECOND, timedelta(0), MICROSECOND))
        )
        late = world(transaction("t", occurred_at, known_at=known_at), spine=spine)
        check_agreement(features, late)
    never = world(transaction("t", occurred_at, known_at=NOON))
    check_one(agreed_values(features, never), is_seen=False, window=window)


def test_late_event_is_invisible_before_arrival_and_counts_from_then_on(features: FeatureDatabase) -> None:
    late = transaction("t", NOON - timedelta(minutes=10), known_at=NOON)
    before = agreed_values(features, world(late, spine=asked(as_of=NOON - MICROSECOND)))
    after = agreed_values(features, world(late, spine=asked(as_of=NOON)))
    assert (before["account_txn_count_1h"], after["account_txn_count_1h"]) == (0, 1)
    assert (before["txn_seconds_since_last"], after["txn_seconds_since_last"]) == (None, 600.0)


def test_late_event_that_is_older_than_the_latest_changes_no_latest(features: FeatureDatabase) -> None:
    values = agreed_values(
        features,
        world(
            transaction("newer", NOON - timedelta(seconds=10)),
            transaction("older", NOON - timedelta(seconds=50), known_at=NOON - SECOND),
        ),
    )
    assert is_same(values["txn_seconds_since_last"], 10.0)


def test_event_known_before_it_occurs_is_seen_only_from_its_event_time(features: FeatureDatabase) -> None:
    announced = transaction("t", NOON, known_at=NOON - timedelta(days=3))
    before = agreed_values(features, world(announced, spine=asked(as_of=NOON - MICROSECOND)))
    at = agreed_values(features, world(announced))
    assert (before["account_txn_count_1h"], at["account_txn_count_1h"]) == (0, 1)


def test_own_event_never_counts(features: FeatureDatabase) -> None:
    own = transaction("own", NOON, amount_minor=999)
    values = agreed_values(features, world(own, spine=asked(event_id="own")))
    assert values == agreed_values(features, world())


def test_own_event_never_counts_beside_its_twins(features: FeatureDatabase) -> None:
    # Same instant, same account, same merchant: two rows that decide one another's twin.
    twins = [transaction(name, NOON) for name in ("t1", "t2", "t3")]
    spine = tuple(asked(spine_id=twin.transaction_id, event_id=twin.transaction_id) for twin in twins)
    values = agreed_values(features, world(*twins, spine=spine))
    assert (values["account_txn_count_1h"], values["account_distinct_merchants_7d"]) == (2, 1)
    assert is_same(values["txn_seconds_since_last"], 0.0)


def test_own_event_is_left_out_at_a_later_as_of_too(features: FeatureDatabase) -> None:
    own = transaction("own", NOON - timedelta(minutes=3))
    values = agreed_values(features, world(own, transaction("other", NOON - SECOND), spine=asked(event_id="own")))
    assert values["account_txn_count_1h"] == 1


@each_window
def test_own_event_beside_a_windows_start_is_taken_off_only_where_it_would_count(
    features: FeatureDatabase, window: str
) -> None:
    other = transaction("other", NOON)
    for beside in (-MICROSECOND, timedelta(0), MICROSECOND):
        own = transaction("own", NOON - duration(window) + beside, merchant_id="m", amount_minor=7)
        values = agreed_values(features, world(own, other, spine=asked(event_id="own")))
        check_one(values, is_seen=True, window=window)


def test_own_event_of_another_account_takes_nothing_off(features: FeatureDatabase) -> None:
    stranger = transaction("own", NOON, account_id="b", merchant_id="n")
    values = agreed_values(features, world(stranger, transaction("t", NOON), spine=asked(event_id="own")))
    assert (values["account_txn_count_1h"], values["merchant_txn_count_5m"]) == (1, 1)


@pytest.mark.parametrize("known_after", [timedelta(0), SECOND, timedelta(days=100)])
def test_deleting_the_decided_event_changes_nothing_in_its_row(
    features: FeatureDatabase, known_after: timedelta
) -> None:
    own = transaction("own", NOON, known_at=NOON + known_after, amount_minor=5_000, is_declined=True, device_id="new")
    others = [transaction(f"t{number}", NOON - timedelta(minutes=number), amount_minor=number) for number in range(5)]
    row = asked(event_id="own", amount_minor=5_000, device_id="new")
    with_it = features.answers(world(own, *others, spine=row))
    without_it = features.answers(world(*others, spine=row))
    assert with_it.training == without_it.training
    asked_at = {"answered_at"}
    assert {k: v for k, v in with_it.online[0].items() if k not in asked_at} == {
        k: v for k, v in without_it.online[0].items() if k not in asked_at
    }


def test_chargeback_named_like_the_decided_transaction_counts(features: FeatureDatabase) -> None:
    chargebacks = (Chargeback("own", "m", NOON - timedelta(days=1), NOON - SECOND),)
    values = agreed_values(
        features, world(transaction("own", NOON), spine=asked(event_id="own"), chargebacks=chargebacks)
    )
    assert values["merchant_chargeback_count_90d"] == 1


def test_chargeback_counts_from_its_report_by_its_transactions_time(features: FeatureDatabase) -> None:
    days = timedelta(days=1)
    chargebacks = (
        Chargeback("c1", "m", NOON - 20 * days, NOON),
        Chargeback("c2", "m", NOON - 20 * days, NOON + MICROSECOND),
        Chargeback("c3", "m", NOON - 90 * days, NOON - days),
        Chargeback("c4", "m", NOON - 90 * days + MICROSECOND, NOON - days),
        Chargeback("c5", "n", NOON - 20 * days, NOON - days),
    )
    assert agreed_values(features, world(chargebacks=chargebacks))["merchant_chargeback_count_90d"] == 2


EMPTY = {
    "account_txn_count_1h": 0,
    "account_amount_sum_24h": 0,
    "account_amount_mean_30d": None,
    "account_distinct_merchants_7d": 0,
    "merchant_txn_count_5m": 0,
    "merchant_declined_share_1h": None,
    "merchant_amount_stddev_30d": None,
    "merchant_chargeback_count_90d": 0,
    "txn_amount_zscore_30d": None,
    "txn_is_foreign_country": None,
    "txn_is_new_device": True,
    "txn_seconds_since_last": None,
}


@pytest.mark.parametrize(
    "row",
    [asked(account_id="unknown", merchant_id="unknown"), asked(account_id=None, merchant_id=None)],
    ids=["unknown", "null"],
)
def test_unknown_and_null_keys_see_nothing(features: FeatureDatabase, row: SpineRow) -> None:
    recorded = [
        transaction("t", NOON - SECOND),
        transaction("nobody", NOON - SECOND, account_id=None, merchant_id=None),
    ]
    chargebacks = (Chargeback("c", None, NOON - SECOND, NOON - SECOND),)
    versions = (AccountVersion("v", None, "FI", NOON - SECOND, NOON - SECOND),)
    values = agreed_values(features, world(*recorded, spine=row, chargebacks=chargebacks, account_versions=versions))
    assert {name: values[name] for name in EMPTY} == EMPTY


def test_nothing_recorded(features: FeatureDatabase) -> None:
    values = agreed_values(features, world())
    assert {name: values[name] for name in EMPTY} == EMPTY


def test_no_spine_rows_make_empty_tables(features: FeatureDatabase) -> None:
    check_agreement(features, world(transaction("t", NOON), spine=()))


def test_null_device_is_no_key_and_not_new(features: FeatureDatabase) -> None:
    values = agreed_values(
        features, world(transaction("t", NOON - SECOND, device_id=None), spine=asked(device_id=None))
    )
    assert (values["account_device_txn_count_90d"], values["txn_is_new_device"]) == (0, None)


def test_null_attributes_are_skipped_but_their_events_count(features: FeatureDatabase) -> None:
    values = agreed_values(
        features,
        world(
            transaction("t1", NOON - SECOND, amount_minor=None, is_declined=None, merchant_id="m"),
            transaction("t2", NOON - SECOND, amount_minor=40, is_declined=True, merchant_id=None),
            transaction("t3", NOON - SECOND, amount_minor=60, is_declined=False, merchant_id="m"),
        ),
    )
    assert (values["account_txn_count_1h"], values["account_amount_sum_24h"]) == (3, 100)
    assert is_same(values["account_amount_mean_30d"], 50.0)
    assert is_same(values["merchant_declined_share_1h"], 0.0)
    assert values["account_distinct_merchants_7d"] == 1


@pytest.mark.parametrize(
    "incomplete",
    [transaction("t", None, known_at=NOON), transaction("t", NOON - SECOND, known_at=None)],
    ids=["occurred_at", "known_at"],
)
def test_event_without_a_time_is_never_visible(features: FeatureDatabase, incomplete: Transaction) -> None:
    assert agreed_values(features, world(incomplete)) == agreed_values(features, world())


def test_the_same_spine_row_twice_gets_the_same_values_once_each(features: FeatureDatabase) -> None:
    own = transaction("own", NOON)
    spine = tuple(asked(spine_id=name, event_id="own") for name in ("s1", "s2", "s3"))
    answers = features.answers(world(own, transaction("t", NOON), spine=spine))
    assert [answers.training[name]["account_txn_count_1h"] for name in ("s1", "s2", "s3")] == [1, 1, 1]
    assert [row["account_txn_count_1h"] for row in answers.online] == [1, 1, 1]


def test_ties_of_a_latest_version_go_by_the_bytes_of_its_id(features: FeatureDatabase) -> None:
    # Most collations put a before B, and e with an accent before z.
    for ids in (("B", "a"), ("z", "\u00e9"), ("Z-2", "Z1"), ("\ufffd", "\U0001f600")):
        versions = tuple(
            AccountVersion(name, "a", country, NOON - SECOND, NOON - SECOND)
            for name, country in zip(reversed(ids), ("last", "first"), strict=True)
        )
        assert agreed_values(features, world(account_versions=versions))["account_home_country"] == "last"


@pytest.mark.parametrize(("first_id", "second_id"), [("a", "b"), ("b", "a")])
def test_of_two_versions_of_one_event_time_the_one_known_later_is_the_correction(
    features: FeatureDatabase, first_id: str, second_id: str
) -> None:
    began = NOON - 3 * SECOND
    versions = (
        AccountVersion(first_id, "a", "FI", began, began),
        AccountVersion(second_id, "a", "EE", began, NOON - SECOND),
    )
    for as_of, country in ((NOON - SECOND - MICROSECOND, "FI"), (NOON - SECOND, "EE")):
        values = agreed_values(features, world(account_versions=versions, spine=asked(as_of=as_of)))
        assert values["account_home_country"] == country
        assert values["txn_is_foreign_country"] == (country != "EE")


def test_home_country_is_as_known_then(features: FeatureDatabase) -> None:
    versions = (
        AccountVersion("v1", "a", "EE", NOON - timedelta(days=400), NOON - timedelta(days=400)),
        AccountVersion("v2", "a", "FI", NOON - timedelta(days=10), NOON + MICROSECOND),
        AccountVersion("v3", "a", "SE", NOON + MICROSECOND, NOON - timedelta(days=1)),
    )
    values = agreed_values(features, world(account_versions=versions, spine=asked(country="FI")))
    assert (values["account_home_country"], values["txn_is_foreign_country"]) == ("EE", True)
    later = asked(country="FI", as_of=NOON + MICROSECOND)
    assert agreed_values(features, world(account_versions=versions, spine=later))["account_home_country"] == "SE"


def test_a_latest_version_without_a_country_hides_the_earlier_one(features: FeatureDatabase) -> None:
    versions = (
        AccountVersion("v1", "a", "EE", NOON - 2 * SECOND, NOON - 2 * SECOND),
        AccountVersion("v2", "a", None, NOON - SECOND, NOON - SECOND),
    )
    values = agreed_values(features, world(account_versions=versions))
    assert (values["account_home_country"], values["txn_is_foreign_country"]) == (None, None)


def test_the_same_instant_in_other_offsets_is_the_same_instant(features: FeatureDatabase) -> None:
    tokyo, newfoundland = timezone(timedelta(hours=9)), timezone(-timedelta(hours=3, minutes=30))
    plain = world(transaction("t", NOON - timedelta(hours=1) + MICROSECOND, known_at=NOON))
    written_elsewhere = world(
        transaction("t", (NOON - timedelta(hours=1) + MICROSECOND).astimezone(tokyo), known_at=NOON.astimezone(tokyo)),
        spine=asked(as_of=NOON.astimezone(newfoundland)),
    )
    assert agreed_values(features, plain) == agreed_values(features, written_elsewhere)
    assert agreed_values(features, plain)["account_txn_count_1h"] == 1


@pytest.mark.parametrize("time_zone", ["America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("change", [datetime(2025, 3, 9, 7, tzinfo=UTC), datetime(2025, 11, 2, 6, tzinfo=UTC)])
@each_window
def test_a_session_in_a_dst_zone_changes_nothing(
    features: FeatureDatabase, window: str, change: datetime, time_zone: str
) -> None:
    as_of = change + duration(window) / 2  # the window spans the hour that the clocks skip or repeat
    start = as_of - duration(window)
    for occurred_at, is_seen in ((start, False), (start + MICROSECOND, True)):
        across = world(transaction("t", occurred_at), spine=asked(as_of=as_of))
        check_one(agreed_values(features, across, time_zone=time_zone), is_seen=is_seen, window=window)


def test_a_batch_is_answered_as_its_rows_alone_are(features: FeatureDatabase) -> None:
    events = [transaction(f"t{n}", NOON - timedelta(minutes=7 * n), account_id="ab"[n % 2]) for n in range(20)]
    spine = tuple(
        asked(spine_id=f"s{n}", event_id=f"t{n}", as_of=NOON - timedelta(minutes=n), account_id="abc"[n % 3])
        for n in range(12)
    )
    whole = world(*events, spine=spine)
    check_agreement(features, whole)
    ignored = {"ord", "answered_at"}
    batch = [{k: v for k, v in row.items() if k not in ignored} for row in features.answers(whole).online]
    alone = [
        {k: v for k, v in features.answers(world(*events, spine=row)).online[0].items() if k not in ignored}
        for row in spine
    ]
    assert batch == alone


def test_equal_amounts_have_no_deviation_and_no_zscore(features: FeatureDatabase) -> None:
    events = [transaction(f"t{n}", NOON - SECOND * n, amount_minor=333) for n in range(3)]
    values = agreed_values(features, world(*events, spine=asked(amount_minor=333)))
    assert is_same(values["account_amount_stddev_30d"], 0.0)
    assert values["txn_amount_zscore_30d"] is None


def test_a_zscore_of_zero_has_no_sign(features: FeatureDatabase) -> None:
    events = [transaction(f"t{n}", NOON - SECOND, amount_minor=amount) for n, amount in enumerate((-50, 50))]
    assert is_same(agreed_values(features, world(*events, spine=asked(amount_minor=0)))["txn_amount_zscore_30d"], 0.0)


def test_sums_beyond_a_double_are_exact(features: FeatureDatabase) -> None:
    amounts = (2**62, 2**53 + 1, -1, 3)
    events = [transaction(f"t{n}", NOON - SECOND, amount_minor=amount) for n, amount in enumerate(amounts)]
    values = agreed_values(features, world(*events))
    assert values["account_amount_sum_24h"] == 2**62 + 2**53 + 3
    assert is_same(values["account_amount_mean_30d"], float(2**62 + 2**53 + 3) / 4.0)


def test_a_sum_may_pass_the_bounds_of_bigint_on_its_way(features: FeatureDatabase) -> None:
    # Seen together, three of these fit; in the order of their times, or with the own event, they do not.
    events = [
        transaction("t1", NOON - timedelta(hours=30), amount_minor=2**63 - 1),
        transaction("t2", NOON - 3 * SECOND, amount_minor=2**63 - 1),
        transaction("t3", NOON - 2 * SECOND, amount_minor=-(2**63)),
        transaction("own", NOON, amount_minor=2**63 - 1),
        transaction("t4", NOON - SECOND, amount_minor=5),
    ]
    values = agreed_values(features, world(*events, spine=asked(event_id="own")))
    assert values["account_amount_sum_24h"] == 4


@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_that_does_not_fit_is_null_and_stops_nothing_else(features: FeatureDatabase, sign: int) -> None:
    events = [transaction(f"t{n}", NOON - SECOND, amount_minor=sign * (2**63 - 1)) for n in range(2)]
    events.append(transaction("other", NOON - SECOND, account_id="b", amount_minor=5))
    spine = (asked(), asked(spine_id="b", account_id="b"), asked(spine_id="later", as_of=NOON + timedelta(days=2)))
    values = agreed_values(features, world(*events, spine=spine))
    assert (values["account_amount_sum_24h"], values["account_txn_count_1h"]) == (None, 2)
    answers = features.answers(world(*events, spine=spine))
    assert [row["account_amount_sum_24h"] for row in answers.online] == [None, 5, 0]


@pytest.mark.parametrize(
    ("occurred_at", "known_at"),
    [
        ("4713-01-01 BC", "2025-01-01Z"),
        ("-infinity", "2025-01-01Z"),
        ("1899-12-31T23:59:59.999999Z", "2025-01-01Z"),
        ("2025-06-01T11:59Z", "-infinity"),
        ("2025-06-01T11:59Z", "1899-12-31T23:59:59.999999Z"),
        ("294276-12-31Z", "2025-01-01Z"),
        ("infinity", "2025-01-01Z"),
        ("2025-06-01T11:59Z", "294276-12-31Z"),
        ("2025-06-01T11:59Z", "infinity"),
        ("2150-01-01Z", "2025-01-01Z"),
    ],
)
def test_an_event_outside_the_span_is_none_and_stops_nothing(
    features: FeatureDatabase, occurred_at: Any, known_at: Any
) -> None:
    events = [transaction("t", NOON - timedelta(minutes=3)), transaction("u", NOON - SECOND, amount_minor=7)]
    odd = transaction("odd", occurred_at, known_at=known_at, merchant_id="odd")
    late = asked(spine_id="late", as_of=datetime(2149, 12, 31, tzinfo=UTC))
    spine = (asked(), asked(spine_id="own", event_id="odd"), late)
    without = features.answers(world(*events, spine=spine))
    with_it = features.answers(world(*events, odd, spine=spine))
    assert with_it.training == without.training
    assert [row | {"answered_at": None} for row in with_it.online] == [
        row | {"answered_at": None} for row in without.online
    ]


def test_a_decision_outside_the_span_is_left_out_of_the_table(features: FeatureDatabase) -> None:
    odd = [asked(spine_id=str(n), as_of=at) for n, at in enumerate(("4713-01-01 BC", "-infinity"))]
    answers = features.answers(world(transaction("t", NOON - SECOND), spine=asked()))
    with features.holding(world(transaction("t", NOON - SECOND), spine=(asked(), *odd))):
        built = features.training()  # with the labels, which are per row of the spine
    assert {name: row for name, row in built.items() if "account_txn_count_1h" in row} == answers.training


def test_deviation_of_large_amounts_loses_nothing(features: FeatureDatabase) -> None:
    # In doubles the squares would swallow the difference of 2.
    events = [transaction(f"t{n}", NOON - SECOND, amount_minor=2**40 + 2 * n) for n in range(2)]
    assert is_same(agreed_values(features, world(*events))["account_amount_stddev_30d"], 2.0**0.5)


def test_seconds_since_last_keeps_microseconds(features: FeatureDatabase) -> None:
    values = agreed_values(features, world(transaction("t", NOON - timedelta(days=89, microseconds=1))))
    assert is_same(values["txn_seconds_since_last"], 7_689_600.000001)
    gone = agreed_values(features, world(transaction("t", NOON - timedelta(days=90))))
    assert gone["txn_seconds_since_last"] is None


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(hours=1)], ids=["no offset", "offset"])
def test_a_condition_with_or_stays_within_its_window(features: FeatureDatabase, offset: timedelta) -> None:
    # Both are declined; the first lies outside the 24 hours, and inside other features' windows.
    outside = transaction("t1", NOON - offset - timedelta(hours=25), is_declined=True)
    inside = transaction("t2", NOON - offset - SECOND, is_declined=True, amount_minor=900)
    check_probe_agreement(features, world(outside, inside))
    check_probe_agreement(features, world(outside))


def test_a_delayed_window_is_open_at_its_start_and_closed_at_its_end(features: FeatureDatabase) -> None:
    week, month = timedelta(days=7), timedelta(days=30)
    for beside in (-MICROSECOND, timedelta(0), MICROSECOND):
        for bound in (NOON - week, NOON - week - month):
            occurred_at = bound + beside
            check_probe_agreement(features, world(transaction("t", occurred_at)))
            # The delay moves the window, not the known time.
            for known_at in (NOON, NOON + MICROSECOND):
                check_probe_agreement(features, world(transaction("t", occurred_at, known_at=known_at)))
