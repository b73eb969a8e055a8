"""One run of a training statement in Spark: `python -m truepoint.training_sets.spark_job JOB`, in the project's folder.

JOB is a JSON file with `service`, `folder`, `target_path` (dbt's) and `definitions`. The folder holds the spine
(spine/, Parquet) and gets the result (result/, Parquet, in the order of the spine) and outcome.json, which says how it
ended: {"kind": ...} with

    done         unknown_keys: the fields of each UnknownKey
    unsettled    row, as_of_us, settled_us, count: of the rows whose as-of time is later than the settled time
    undeclared   faults: of columns that are not what is declared
    changed      the project's definitions are not those that `definitions` is the digest of
    dbt          message: what dbt said when it failed
    spark        message: what Spark said when it failed

It is a process of its own, because Spark does not end before its process does, and a session of the caller's is not
ours to configure. dbt configures the session, from profiles.yml, and makes the views that the statement reads.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from pyspark import SparkContext
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from truepoint.compiled.declared_types import faults_of_spark_columns
from truepoint.compiled.manifest import digest_definitions, models_of_relations
from truepoint.compiled.training_statement import UNSETTLED, TrainingStatement, load_training_statement
from truepoint.training_sets.unknown_keys import UnknownKey, find_unknown_keys


class DbtError(Exception):
    """A dbt command failed. Its text is what dbt said."""


def main(job_path: str) -> None:
    """Do the job, and write down how it ended."""
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    folder = Path(job["folder"])
    try:
        outcome = run(job["service"], folder, Path(job["target_path"]), job["definitions"])
    except DbtError as error:
        outcome = {"kind": "dbt", "message": str(error)}
    except PySparkException as error:
        outcome = {"kind": "spark", "message": str(error)}
    except Exception as error:
        # Py4J's own, where Java failed outside of a query.
        outcome = {"kind": "spark", "message": f"{type(error).__name__}: {error}"}
    (folder / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


def run(service: str, folder: Path, target: Path, definitions: str) -> dict[str, Any]:
    """Compile, make the views, check the spine, compute. Return the outcome."""
    _run_dbt(target, "compile", "--select", "path:analyses/training")
    manifest_path = target / "manifest.json"
    if digest_definitions(manifest_path) != definitions:
        return {"kind": "changed"}
    statement = load_training_statement(manifest_path, service)
    # What the statement reads, and what that reads.
    selectors = [
        f"+{name}" for name in models_of_relations(manifest_path, [each.relation for each in statement.relations])
    ]
    _run_dbt(target, "run", "--select", *selectors)
    session = SparkSession.builder.getOrCreate()  # dbt's
    faults = [
        f"{relation.name}.{fault}"
        for relation in statement.relations
        for fault in faults_of_spark_columns(relation.columns, dict(session.table(relation.relation).dtypes))
    ]
    if faults:
        return {"kind": "undeclared", "faults": faults}
    session.read.parquet(str(folder / "spine")).createOrReplaceTempView(statement.spine)
    found = session.sql(
        UNSETTLED.format(
            spine=statement.spine,
            settled=statement.settled,
            shown_as_of="unix_micros(spine.as_of)",
            shown_settled=f"unix_micros({statement.settled})",
        )
    ).collect()
    if found:
        row, as_of_us, settled_us, count = found[0]
        return {"kind": "unsettled", "row": row, "as_of_us": as_of_us, "settled_us": settled_us, "count": count}
    unknown_keys = [asdict(each) for each in find_in_spark(session, statement)]
    # To resolve the names of a statement with many CTEs takes more rounds than the 100 of the default.
    session.conf.set("spark.sql.analyzer.maxIterations", "1000")
    session.sql(statement.sql).write.parquet(str(folder / "result"))
    return {"kind": "done", "unknown_keys": unknown_keys}


def find_in_spark(session: SparkSession, statement: TrainingStatement) -> tuple[UnknownKey, ...]:
    """`find_unknown_keys` over the view of the spine in this session."""

    def example(relation: str, key: str) -> Any:
        found = session.table(relation).select(f"`{key}`").where(f"`{key}` is not null").head(1)
        return found[0][0] if found else None

    def is_common(relation: str, key: str) -> bool:
        events = session.table(relation).select(f"`{key}`")
        return bool(session.table(statement.spine).join(events, on=key, how="left_semi").head(1))

    return find_unknown_keys(
        statement,
        relations_with=lambda key: (
            each.relation for each in statement.relations if key in session.table(each.relation).columns
        ),
        example=example,
        is_common=is_common,
    )


def _run_dbt(target: Path, *arguments: str) -> None:
    lines: list[str] = []

    def keep(event: Any) -> None:
        if event.info.level == "error":
            lines.append(event.info.msg.strip())

    quiet = ["--log-level", "none", "--log-level-file", "none", "--log-path", str(target)]
    result = dbtRunner(callbacks=[keep]).invoke([*quiet, *arguments, "--target", "spark", "--target-path", str(target)])
    if not result.success:
        lines += [str(result.exception)] if result.exception else []
        raise DbtError("\n".join(line for line in lines if line))


if __name__ == "__main__":
    main(*sys.argv[1:])
    if (context := SparkContext._active_spark_context) is not None:
        context.stop()  # ends Java now, and its files with it
