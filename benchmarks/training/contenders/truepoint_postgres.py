"""truepoint in Postgres: `dbt run` of the two feature views, side by side."""

from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement
from benchmarks.training.features import VIEWS
from benchmarks.training.project import write_project

CONTENDER: Final = Contender(
    title="truepoint, Postgres",
    work="computes; exact",
    computes=True,
    environment="truepoint",
    is_exact=True,
    order=10,
)
THREADS: Final = 2


def run(job: Job) -> Measurement:
    """Build both views. seconds: from the start of the first view to the end of the last; dbt's start-up aside."""
    from benchmarks.training.building import built, run_dbt, wall_seconds
    from benchmarks.training.tables import copy_values
    from truepoint.postgres_uri import postgres_environment

    project = write_project(job.work_folder / "project")
    environment = {
        **postgres_environment(job.dsn),
        "TRUEPOINT_PAYMENTS_SCHEMA": job.dataset.name,
        "TRUEPOINT_SCHEMA": f"features_{job.dataset.name}",
        "TRUEPOINT_DBT_THREADS": str(THREADS),
    }
    models = built(run_dbt(project, environment, "run", "--full-refresh", "--target", "postgres"))
    for view in VIEWS:
        copy_values(job.dsn, f"features_{job.dataset.name}.{view}", view, job.values_path(view))
    return Measurement(
        seconds=wall_seconds(models),
        rows=job.spine_rows,
        parts=[models[view].part(job.spine_rows) for view in VIEWS],
        facts={"dbt_threads": THREADS},
    )
