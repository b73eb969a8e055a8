"""Tests are marked by what they need, without anybody's doing."""

import pytest

from tests.conftest import needed_markers


def test_who_uses_the_server_is_marked(request: pytest.FixtureRequest, database_dsn: str) -> None:
    assert needed_markers(request.node) == ["postgres"]


def test_who_uses_nothing_is_not(request: pytest.FixtureRequest) -> None:
    assert needed_markers(request.node) == []


def test_all_that_start_spark_or_run_dbt_are_marked(request: pytest.FixtureRequest) -> None:
    marked = {
        marker: {item.path.name for item in request.session.items if item.get_closest_marker(marker)}
        for marker in ("spark", "dbt")
    }
    here = {item.path.name for item in request.session.items}
    assert marked["spark"] == here & {"test_spark.py", "test_probe.py", "test_shop_in_spark.py"}
    assert marked["dbt"] >= here & {"test_named_cases.py", "test_mutations.py", "test_runs.py", "test_tutorial.py"}
