"""How evenly Spark spread its work, from an event log made for the test."""

import json
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.training.spark_log import slowest_over_median, stages

BEGUN = datetime(2026, 7, 1, tzinfo=UTC)


def write_log(path: Path, tasks: list[tuple[int, float, float]]) -> Path:
    """Tasks: stage, seconds from BEGUN to its launch, seconds that it took."""
    began_ms = BEGUN.timestamp() * 1000
    lines = [json.dumps({"Event": "SparkListenerStageSubmitted"})]
    for stage, launched, seconds in tasks:
        times = {"Launch Time": began_ms + launched * 1000, "Finish Time": began_ms + (launched + seconds) * 1000}
        lines.append(json.dumps({"Event": "SparkListenerTaskEnd", "Stage ID": stage, "Task Info": times}))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_worst_stage_of_all_partitions_counts(tmp_path: Path) -> None:
    even, skewed = [(1, 0, 1)] * 4, [(2, 5, 1)] * 3 + [(2, 5, 6)]
    other_tasks, too_small = [(3, 9, 1), (3, 9, 50)], [(4, 60, 0.001)] * 3 + [(4, 60, 1)]
    log = write_log(tmp_path / "log", [*even, *skewed, *other_tasks, *too_small])
    assert slowest_over_median(stages(log, since=BEGUN), partitions=4) == 6


def test_what_began_earlier_is_left_out(tmp_path: Path) -> None:
    log = write_log(tmp_path / "log", [(1, -1, 1), (1, -1, 1), (1, -1, 9), (2, 0, 1), (2, 0, 1), (2, 0, 2)])
    assert slowest_over_median(stages(log, since=BEGUN), partitions=3) == 2


def test_no_stage_of_all_partitions_gives_nothing(tmp_path: Path) -> None:
    log = write_log(tmp_path / "log", [(1, 0, 1)] * 3)
    assert slowest_over_median(stages(log, since=BEGUN), partitions=4) is None
