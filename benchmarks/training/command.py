"""One run: worlds, contenders one after the other, comparisons, report."""

import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.training.comparing import compare
from benchmarks.training.contender import Contender, Job
from benchmarks.training.database import DATABASE, load_dataset, start_server
from benchmarks.training.datasets import write_dataset
from benchmarks.training.environment import python
from benchmarks.training.machine import describe_machine, describe_versions
from benchmarks.training.project import REPOSITORY
from benchmarks.training.registry import read_contenders
from benchmarks.training.report import REFERENCE, faults, render
from benchmarks.training.running import Outcome, run_contender, run_module
from benchmarks.training.worlds import World, make_worlds
from truepoint.postgres.embedded import EmbeddedPostgres


@dataclass(frozen=True)
class Options:
    """What a run does; see Job for what is not said here.

    only: names of contenders; empty for all. kinds: of worlds. folder: for data, which is kept.
    """

    spine_rows: int
    events: tuple[int, ...]
    lookup_rows: int
    hottest_share: float
    only: tuple[str, ...]
    kinds: tuple[str, ...]
    limit_seconds: float
    budget_seconds: float
    folder: Path
    results_folder: Path


def run(options: Options) -> tuple[Path, bool]:
    """Run it all; write results.json, results.md and results.svg.

    Returns their folder, and whether all that claim to be exact gave the same values.
    """
    started_at = datetime.now(UTC)
    contenders = {name: what for name, what in read_contenders().items() if not options.only or name in options.only}
    worlds = make_worlds(options.spine_rows, list(options.events), hottest_share=options.hottest_share)
    worlds = [world for world in worlds if world.kind in options.kinds]
    server = start_server(options.folder / "postgres")
    try:
        dsn = server.dsn(DATABASE)
        results: dict[str, Any] = {
            "started_at": started_at.isoformat(timespec="seconds"),
            "machine": describe_machine(),
            "load_average": round(os.getloadavg()[0], 2),
            "versions": _versions(dsn),
            "options": {"spine_rows": options.spine_rows, "lookup_rows": options.lookup_rows,
                        "budget_seconds": options.budget_seconds, "limit_seconds": options.limit_seconds},
            "worlds": [asdict(world) for world in worlds],
            "contenders": {name: asdict(what) for name, what in contenders.items()},
            "outcomes": [],
            "comparisons": [],
            "preparations": {},
        }  # fmt: skip
        for world in worlds:
            _run_world(world, contenders, options, server, dsn, results)
    finally:
        server.stop()
    results["minutes"] = round((datetime.now(UTC) - started_at).total_seconds() / 60, 1)
    return _write(results, options.results_folder), not faults(results)


def _run_world(
    world: World,
    contenders: dict[str, Contender],
    options: Options,
    server: EmbeddedPostgres,
    dsn: str,
    results: dict[str, Any],
) -> None:
    """All contenders that take part in `world`, one after the other, and how their values compare."""
    _say(f"{world.name}: {world.events:,} events, {world.spine_rows:,} spine rows")
    dataset = write_dataset(world, options.folder / "worlds")
    load_dataset(dsn, dataset)
    work = options.folder / "work" / world.name

    def job(name: str) -> Job:
        return Job(
            contender=name, dataset=dataset, work_folder=work / name, dsn=dsn,
            spine_rows=world.spine_rows, events=world.events,
            lookup_rows=options.lookup_rows, budget_seconds=options.budget_seconds,
        )  # fmt: skip

    taking_part = {name: what for name, what in contenders.items() if world.kind in what.worlds}
    if any(what.needs_precomputed for what in taking_part.values()):
        results["preparations"][world.name] = _precompute(job("precomputed"), server)
    for name in taking_part:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("checkpoint")  # none has to write what another left
        outcome = run_contender(job(name), server, limit_seconds=options.limit_seconds)
        results["outcomes"].append(asdict(outcome))
        (options.folder / "unfinished.json").write_text(json.dumps(results, indent=2), encoding="utf-8")
        shown = _shown(outcome.measurement) if outcome.measurement else f"{outcome.status}: {outcome.message}"
        _say(f"  {name}: {shown}")
    done = [
        outcome["contender"]
        for outcome in results["outcomes"]
        if outcome["world"] == world.name and outcome["status"] == "done"
    ]
    for name in done:
        if name != REFERENCE and REFERENCE in done:
            try:
                found = compare(work / name, work / REFERENCE)
            except Exception as error:  # a contender's values may be anything; the others go on
                outcome = Outcome(name, world.name, "failed", message=f"its values cannot be compared: {error!r}")
                results["outcomes"].append(asdict(outcome))
                continue
            results["comparisons"].append({"contender": name, "world": world.name, **asdict(found)})
            _say(f"  {name}: {found.differing:,} of {found.values:,} values differ")


def _precompute(job: Job, server: EmbeddedPostgres) -> dict[str, Any]:
    job.work_folder.mkdir(parents=True, exist_ok=True)
    try:
        text, _ = run_module("precomputed", job, python("benchmark"), server, limit_seconds=3600)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return {"failed": str(error)}
    seconds: dict[str, Any] = json.loads(text)
    _say(f"  precomputed: {seconds}")
    return seconds


def _versions(dsn: str) -> dict[str, str]:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("select current_setting('server_version')").fetchone()
    printed = subprocess.run(
        [python("benchmark"), "-m", "benchmarks.training.machine"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {"postgres": str(row[0]) if row else "", **json.loads(printed.stdout), **describe_versions()}


def _write(results: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    (folder / "results.md").write_text(render(results), encoding="utf-8")
    subprocess.run(
        [python("benchmark"), "-m", "benchmarks.training.plot", path, folder / "results.svg"],
        cwd=REPOSITORY,
        check=True,
    )
    return folder


def _shown(measurement: dict[str, Any]) -> str:
    estimated = measurement["estimated_seconds"]
    scaled = f", scaled to all rows {estimated:,.1f} s" if estimated else ""
    return f"{measurement['seconds']:,.1f} s for {measurement['rows']:,} rows{scaled}"


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
