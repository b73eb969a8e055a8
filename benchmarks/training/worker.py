"""Runs one contender in this process: `python -m benchmarks.training.worker JOB RESULT`, two JSON files."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.training.contender import Job
from benchmarks.training.registry import contender_run


def main(job_path: str, result_path: str) -> None:
    """Write the measurement; an error ends the process, with its message last on standard error."""
    job = Job.from_json(Path(job_path).read_text(encoding="utf-8"))
    measurement = contender_run(job.contender)(job)
    Path(result_path).write_text(json.dumps(asdict(measurement)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
