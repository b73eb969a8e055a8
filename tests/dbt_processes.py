"""dbt in processes of their own, for commands that fail: dbt then leaves its threads running, and its thread pool open.

One process compiles the project once, and forks for each command: the child begins with what dbt and Jinja know then.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO, Final, cast

from tests.dbt_runner import DbtProject, DbtResult, in_less_time
from tests.projects import DBT_PROJECT, ROOT
from truepoint.postgres_uri import postgres_environment

NO_DATABASE: Final = "postgresql://nobody@localhost:1/nothing"


def run_apart(folder: Path, target_path: Path, *arguments: str, dsn: str = NO_DATABASE) -> DbtResult:
    """Run one dbt command on the project in `folder`; how it ended, with all that it printed."""
    command = [
        "--no-use-colors", "--log-path", str(target_path), *arguments,
        "--project-dir", str(folder), "--profiles-dir", str(folder), "--target-path", str(target_path),
    ]  # fmt: skip
    forking = _forking_process()
    requests, answers = cast("IO[str]", forking.stdin), cast("IO[str]", forking.stdout)
    requests.write(json.dumps([command, postgres_environment(dsn)]) + "\n")
    requests.flush()
    is_success, output = json.loads(answers.readline())
    return DbtResult(is_success, output)


@cache
def _forking_process() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.dbt_processes"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(_end, process)
    return process


def _end(process: subprocess.Popen[str]) -> None:
    cast("IO[str]", process.stdin).close()  # which ends it
    process.wait()
    cast("IO[str]", process.stdout).close()


def _run(arguments: Sequence[str], environment: dict[str, str], output: Path) -> int:
    """Fork, run dbt in the child with its output going to a file, and wait. Returns the exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        with output.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.environ.update(environment)
        from dbt.cli.main import cli

        with in_less_time():
            cli(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


def _serve() -> None:
    with tempfile.TemporaryDirectory(prefix="truepoint-dbt-") as folder:
        DbtProject(folder=DBT_PROJECT, dsn=NO_DATABASE, target_path=Path(folder) / "target").run("compile")
        output = Path(folder) / "output"
        for line in sys.stdin:
            arguments, environment = json.loads(line)
            code = _run(arguments, environment, output)
            print(json.dumps([code == 0, output.read_text(encoding="utf-8")]), flush=True)


if __name__ == "__main__":
    _serve()
