"""Runs one contender in a process of its own: watched, limited in time, and never a danger to the rest of the run."""

import json
import os
import shutil
import signal
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import psycopg

from benchmarks.training.contender import Job
from benchmarks.training.environment import python
from benchmarks.training.memory import watching
from benchmarks.training.project import REPOSITORY
from benchmarks.training.registry import read_contenders
from truepoint.postgres.embedded import EmbeddedPostgres

_MESSAGE_LINES: Final = 12


@dataclass(frozen=True)
class Outcome:
    """What came of a contender in a world.

    measurement: as contender.Measurement, as JSON; None unless it is done. message: why it is not. peaks: bytes by
    process, "contender" and "postgres" (memory.Peak). temporary_bytes: that Postgres wrote to temporary files.
    """

    contender: str
    world: str
    status: Literal["done", "failed", "over the limit"]
    measurement: dict[str, Any] | None = None
    message: str = ""
    peaks: dict[str, dict[str, int]] = field(default_factory=dict)
    temporary_bytes: int = 0


def run_contender(job: Job, server: EmbeddedPostgres, *, limit_seconds: float) -> Outcome:
    """Run it in an emptied work folder, for at most `limit_seconds`."""
    shutil.rmtree(job.work_folder, ignore_errors=True)
    job.work_folder.mkdir(parents=True)
    environment = read_contenders()[job.contender].environment
    before = _temporary_bytes(job.dsn)
    try:
        result, peaks = run_module("worker", job, python(environment), server, limit_seconds=limit_seconds)
    except subprocess.TimeoutExpired:
        _end_sessions(job.dsn)
        return Outcome(job.contender, job.dataset.name, "over the limit", message=f"more than {limit_seconds:g} s")
    except subprocess.CalledProcessError as error:
        _end_sessions(job.dsn)
        output = str(error.output).replace(str(REPOSITORY), ".")  # results hold no path of a machine
        lines = output.strip().splitlines()[-_MESSAGE_LINES:]
        return Outcome(job.contender, job.dataset.name, "failed", message="\n".join(lines))
    return Outcome(
        contender=job.contender,
        world=job.dataset.name,
        status="done",
        measurement=json.loads(result),
        peaks=peaks,
        temporary_bytes=_temporary_bytes(job.dsn) - before,
    )


def run_module(
    module: str, job: Job, interpreter: Path, server: EmbeddedPostgres, *, limit_seconds: float
) -> tuple[str, dict[str, dict[str, int]]]:
    """Run `benchmarks.training.<module> JOB RESULT`; return what it wrote to RESULT, and the peaks of memory.

    Raises TimeoutExpired, or CalledProcessError with the output.
    """
    job_path, result_path = job.work_folder / "job.json", job.work_folder / "result.json"
    log_path = job.work_folder / "output.log"
    job_path.write_text(job.to_json(), encoding="utf-8")
    command: list[str | Path] = [
        interpreter,
        "-W",
        "ignore",
        "-m",
        f"benchmarks.training.{module}",
        job_path,
        result_path,
    ]
    postmaster = server.postmaster()
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        roots = {"contender": process.pid, **({"postgres": postmaster.pid} if postmaster else {})}
        with watching(roots) as peaks:
            try:
                status = process.wait(timeout=limit_seconds)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)  # a session of its own: Java ends too
                    process.wait()
    if status != 0:
        raise subprocess.CalledProcessError(status, command, log_path.read_text(encoding="utf-8", errors="replace"))
    return result_path.read_text(encoding="utf-8"), {name: asdict(peak) for name, peak in peaks.items()}


def _temporary_bytes(dsn: str) -> int:
    """That ended sessions of the database have written so far."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "select temp_bytes from pg_stat_database where datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else 0


def _end_sessions(dsn: str) -> None:
    """End what a killed contender left running in the server."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
