"""dbt in this process, and how long each model of its last command took."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from benchmarks.training.contender import Part
from benchmarks.training.features import VIEWS


@dataclass(frozen=True)
class BuiltModel:
    """A model that dbt built: when it began and ended to execute."""

    name: str
    started_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        """Seconds to execute it: the statement, and what dbt does around it."""
        return (self.ended_at - self.started_at).total_seconds()

    def part(self, rows: int) -> Part:
        """As a part of a measurement."""
        return Part(self.name, self.seconds, rows)


def run_dbt(project: Path, environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """Run one dbt command that has to succeed; return its run_results.json. `environment` stays in this process."""
    os.environ.update({"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", **environment})
    lines: list[str] = []

    def keep(event: Any) -> None:
        if event.info.level in ("warn", "error"):
            lines.append(event.info.msg)

    target = project / "target"
    result = dbtRunner(callbacks=[keep]).invoke(
        ["--log-level", "none", "--log-level-file", "none", "--log-path", str(target), *arguments,
         "--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(target)]
    )  # fmt: skip
    if not result.success:
        raise RuntimeError("\n".join([f"dbt {' '.join(arguments)} failed:", *lines, str(result.exception or "")]))
    results: dict[str, Any] = json.loads((target / "run_results.json").read_bytes())
    return results


def built(run_results: Mapping[str, Any]) -> dict[str, BuiltModel]:
    """The feature views that a dbt command built, by name."""
    models = {}
    for result in run_results["results"]:
        name = result["unique_id"].rsplit(".", 1)[-1]
        executing = [timing for timing in result["timing"] if timing["name"] == "execute"]
        if result["unique_id"].startswith("model.") and name in VIEWS and executing:
            times = (datetime.fromisoformat(executing[0][key]) for key in ("started_at", "completed_at"))
            models[name] = BuiltModel(name, *times)
    return models


def wall_seconds(models: Mapping[str, BuiltModel]) -> float:
    """From the start of the first model to the end of the last."""
    started_at = min(model.started_at for model in models.values())
    return (max(model.ended_at for model in models.values()) - started_at).total_seconds()
