"""Counts over several chunks, and the facts that are kept of what differs."""

from typing import Any

import pytest

from consistency.comparison import WORST_KEPT, FeatureTally, SpineRow
from consistency.report import FeatureReport, ParityReport, RowError


def spine_row(number: int) -> SpineRow:
    return SpineRow(
        f"s{number}", {"account_id": "a"}, {"amount_minor": number}, f"t{number}", "2026-01-01T00:00:00+00:00"
    )


def tally_of(value_type: str, *chunks: list[tuple[Any, Any]]) -> FeatureReport:
    tally = FeatureTally(name="feature", type=value_type)
    number = 0
    for chunk in chunks:
        rows = [spine_row(number + row) for row in range(len(chunk))]
        number += len(chunk)
        tally.add(rows, [offline for offline, _ in chunk], [online for _, online in chunk])
    return tally.report()


def test_counts_add_up_over_chunks() -> None:
    report = tally_of("bigint", [(1, 1), (None, None), (2, 3)], [(None, 0), (4, 4)])
    assert (report.values, report.nulls, report.differing, report.only_one_null) == (5, 2, 2, 1)
    assert report.share == 0.4


def test_the_largest_difference_is_exact_beyond_a_double() -> None:
    report = tally_of("bigint", [(2**63 - 1, -(2**63)), (5, 3)])
    assert report.largest_difference == 2**64 - 1


def test_the_largest_difference_of_doubles_is_finite_and_of_texts_absent() -> None:
    assert tally_of("double precision", [(1.7e308, -1.7e308)]).largest_difference == 1.7976931348623157e308
    assert tally_of("double precision", [(0.0, -0.0)]).largest_difference == 0.0
    assert tally_of("text", [("a", "b")]).largest_difference is None
    assert tally_of("boolean", [(True, False)]).differing == 1


def test_a_difference_holds_what_is_needed_to_ask_again() -> None:
    (worst,) = tally_of("bigint", [(1, 1), (2, 5)]).worst
    assert worst.spine_id == "s1"
    assert worst.keys == {"account_id": "a"}
    assert worst.request == {"amount_minor": 1}
    assert worst.event_id == "t1"
    assert worst.as_of == "2026-01-01T00:00:00+00:00"
    assert (worst.offline, worst.online, worst.difference) == (2, 5, 3)


def test_the_worst_are_kept_nulls_first_then_the_largest() -> None:
    report = tally_of("bigint", [(0, n) for n in range(1, 100)], [(0, None)])
    assert len(report.worst) == WORST_KEPT
    assert report.worst[0].online is None
    assert [worst.difference for worst in report.worst[1:]] == list(range(99, 99 - WORST_KEPT + 1, -1))


def test_a_value_of_another_type_differs_without_a_magnitude() -> None:
    (worst,) = tally_of("bigint", [(1, "1")]).worst
    assert (worst.online, worst.difference) == ("1", None)


def test_rows_and_values_of_another_number_are_refused() -> None:
    tally = FeatureTally(name="feature", type="bigint")
    with pytest.raises(ValueError, match="2 rows, 1 offline and 2 online"):
        tally.add([spine_row(1), spine_row(2)], [1], [1, 2])


def report_of(*features: FeatureReport, rows_failed: int = 0) -> ParityReport:
    return ParityReport(
        service="card_fraud",
        definition_version="v",
        training_table='"training"',
        url="http://127.0.0.1:1",
        seed=1,
        rows_asked=10,
        rows=5,
        rows_failed=rows_failed,
        seconds=1.0,
        features=features,
        found=(),
        row_errors=tuple(RowError("s", "2026-01-01T00:00:00+00:00", "out of range") for _ in range(rows_failed)),
    )


def test_a_report_passes_only_at_or_above_its_share_of_differing_values() -> None:
    equal = tally_of("bigint", [(1, 1)] * 9)
    report = report_of(equal, tally_of("bigint", [(1, 2)]))
    assert (report.values, report.differing, report.share) == (10, 1, 0.1)
    assert not report.passes()
    assert not report.passes(0.0999)
    assert report.passes(0.1)
    assert report_of(equal).passes()


def test_no_values_or_an_unanswered_row_never_pass() -> None:
    assert not report_of().passes(1.0)
    assert not report_of(tally_of("bigint")).passes(1.0)
    assert not report_of(tally_of("bigint", [(1, 1)]), rows_failed=1).passes(1.0)


def test_the_json_states_the_verdict_and_holds_both_values() -> None:
    report = report_of(tally_of("double precision", [(float("nan"), 1.5)])).to_json(0.25)
    assert (report["passed"], report["tolerance"], report["differing"]) == (False, 0.25, 1)
    assert report["features"][0]["worst"][0]["offline"] == "nan"
    assert report["features"][0]["share"] == 1.0
