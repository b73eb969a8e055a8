"""What is larger than an engine can take is told by count, before anything is worked out for it."""

import time
from typing import Any

import pytest

from tests.macro_call import Macros


def view_of(features: list[dict[str, Any]]) -> dict[str, Any]:
    """A view's node, as dbt's graph has it."""
    columns = {f"f{n}": {"name": f"f{n}", "config": {"meta": {"feature": meta}}} for n, meta in enumerate(features)}
    return {"name": "wide", "original_file_path": "models/wide.yml", "patch_path": None, "columns": columns}


@pytest.fixture(scope="module")
def macros() -> Macros:
    return Macros("postgres")


def test_a_view_of_1700_features_is_refused_by_count_and_at_once(macros: Macros) -> None:
    counts = [{"aggregate": "count", "window": f"{n + 1}s"} for n in range(1_700)]
    started = time.monotonic()
    (error,) = macros._get_size_errors(view_of(counts))
    assert time.monotonic() - started < 5
    assert error.startswith("models/wide.yml: wide: has 1700 features (allowed: at most 900,")


def test_what_the_plan_of_a_view_needs_is_counted(macros: Macros) -> None:
    shared = [{"aggregate": "stddev", "of": "amount", "window": f"{n + 1}s"} for n in range(400)]
    assert macros._get_size_errors(view_of(shared)) == []
    of_their_own = [{**meta, "where": f"amount > {n}"} for n, meta in enumerate(shared)]
    (error,) = macros._get_size_errors(view_of(of_their_own))
    assert "has features that need 3600 columns while they are computed (allowed: at most 1550" in error


@pytest.mark.parametrize(
    ("feature", "told"),
    [
        ({"window": "5000000d"}, "window is 5000000d (allowed: at most 36500d together, or window: lifetime)"),
        ({"window": "36500d", "offset": "1s"}, "window is 36500d and offset is 1s (allowed: at most 36500d"),
        ({"window": "lifetime", "offset": "36501d"}, "offset is 36501d (allowed: at most 36500d"),
    ],
)
def test_a_reach_beyond_what_engines_compute_is_refused(macros: Macros, feature: dict[str, str], told: str) -> None:
    (error,) = macros._get_reach_errors(view_of([]), "f", feature)
    assert error.startswith(f"models/wide.yml: f: {told}")


@pytest.mark.parametrize(
    "feature", [{"window": "36500d"}, {"window": "36499d", "offset": "1d"}, {"window": "lifetime"}, {}]
)
def test_the_longest_reach_is_allowed(macros: Macros, feature: dict[str, str]) -> None:
    assert macros._get_reach_errors(view_of([]), "f", feature) == []
