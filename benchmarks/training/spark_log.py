"""How evenly Spark spread its work: task times, from the event log."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Final

MIN_SHARE: Final = 0.05  # of all task time


@dataclass(frozen=True)
class Stage:
    """The task times of one stage, in seconds."""

    number: int
    task_seconds: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """Of all its tasks together."""
        return sum(self.task_seconds)


def stages(event_log: Path, *, since: datetime) -> list[Stage]:
    """The stages of an application that ended, by their tasks that began at `since` or later."""
    seconds = defaultdict[int, list[float]](list)
    with event_log.open(encoding="utf-8") as lines:
        for line in lines:
            if '"SparkListenerTaskEnd"' not in line:
                continue
            event = json.loads(line)
            task = event["Task Info"]
            if task["Launch Time"] < since.timestamp() * 1000:
                continue
            seconds[event["Stage ID"]].append((task["Finish Time"] - task["Launch Time"]) / 1000)
    return [Stage(number, tuple(times)) for number, times in sorted(seconds.items())]


def slowest_over_median(all_stages: list[Stage], *, partitions: int) -> float | None:
    """The worst ratio of slowest task to median; None where there is no stage to take it of.

    Of stages with MIN_SHARE and one task for each of the shuffle's `partitions`. A stage that puts a scan and a join
    together has tasks of several kinds, which say nothing of keys.
    """
    total = sum(stage.seconds for stage in all_stages)
    ratios = [
        max(stage.task_seconds) / median(stage.task_seconds)
        for stage in all_stages
        if len(stage.task_seconds) == partitions and stage.seconds >= MIN_SHARE * total and median(stage.task_seconds)
    ]
    return round(max(ratios), 2) if ratios else None
