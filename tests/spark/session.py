"""Runs dbt commands one after the other in this process, so that they share one Java process and one Spark session.

`python -m tests.spark.session COMMANDS TARGET_PATH`: COMMANDS is a JSON list, each
{"arguments": [...], "variables": {...}}; with "project": folder of another dbt project than the repository's; with
"export": [table, folder] it then writes the table's rows as Parquet. Or {"job": ..., "variables": {...}}, where job is
the folder of one for truepoint/training_sets/spark_job.py, of the dbt project "project". Or {"query": ...}, SQL for the
open session.

The last line of standard output says how each ended: a JSON list of [is_success, output]. It is a process apart from
the tests' own, since Spark does not end before its process does.
"""

import json
import os
import sys
from contextlib import chdir
from pathlib import Path
from unittest import mock

from pyspark.sql import SparkSession

from tests.dbt_runner import DbtProject
from truepoint.training_sets import spark_job

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


def main(commands: str, target_path: str) -> None:
    """Run all commands of a file, whether or not one fails."""
    results = []
    os.chdir(DBT_PROJECT)
    for command in json.loads(Path(commands).read_text(encoding="utf-8")):
        if "job" in command:
            folder = Path(command["job"])
            with mock.patch.dict(os.environ, command["variables"]), chdir(command["project"]):
                spark_job.main(str(folder / "job.json"))
            results.append([True, (folder / "outcome.json").read_text(encoding="utf-8")])
            continue
        if "query" in command:
            results.append(_queried(command["query"]))
            continue
        project = DbtProject(
            folder=Path(command.get("project", DBT_PROJECT)),
            dsn="",
            target_path=Path(target_path),
            variables=command["variables"],
        )
        result = project.invoke(*command["arguments"], "--target", "spark")
        results.append([result.is_success, result.output])
        if result.is_success and "export" in command:
            table, folder = command["export"]
            SparkSession.builder.getOrCreate().table(table).write.parquet(folder)
    print(f"\n{json.dumps(results)}")


def _queried(query: str) -> list[object]:
    """The one row of a query in the session that dbt left open."""
    try:
        return [True, json.dumps(list(SparkSession.builder.getOrCreate().sql(query).first() or ()))]
    except Exception as error:  # told to the test
        return [False, str(error)]


if __name__ == "__main__":
    main(*sys.argv[1:])
