"""Thirty aggregates over six windows of each account, built in Postgres: seconds, and the memory of its processes.

`python -m benchmarks.thirty_aggregates [TRANSACTIONS]`, 2,000,000 by default; in the embedded Postgres.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks.runs import own_database, run_dbt
from benchmarks.training.memory import watching
from truepoint.events.sample.load import load_sample
from truepoint.events.sample.options import SampleOptions
from truepoint.postgres.warehouse import ensure_warehouse, install_schema
from truepoint.settings import Settings

DATABASE: Final = "truepoint_thirty_aggregates_benchmark"
WINDOWS: Final = ("5m", "1h", "24h", "7d", "30d", "90d")
AGGREGATES: Final[dict[str, dict[str, str]]] = {
    "count": {},
    "sum": {"of": "amount_minor"},
    "mean": {"of": "amount_minor"},
    "stddev": {"of": "amount_minor"},
    "count_distinct": {"of": "merchant_id"},
}
VIEW: Final = "thirty_aggregates"


def add_view(project: Path) -> None:
    """Write the view's two files. JSON is YAML too."""
    columns: list[dict[str, Any]] = [
        {
            "name": f"account_{aggregate}_{window}",
            "description": "For a benchmark.",
            "config": {"meta": {"feature": {"aggregate": aggregate, "window": window, **inputs}}},
        }
        for aggregate, inputs in AGGREGATES.items()
        for window in WINDOWS
    ]
    model = {"name": VIEW, "config": {"meta": {"feature_view": {"entity": ["account_id"]}}}, "columns": columns}
    features = project / "models" / "features"
    (features / f"{VIEW}.yml").write_text(json.dumps({"models": [model]}), encoding="utf-8")
    body = "{{ truepoint.feature_view(events='stg_transactions', spine='spine_transactions') }}\n"
    (features / f"{VIEW}.sql").write_text(body, encoding="utf-8")


def main(rows: int) -> None:
    """Measure, and print."""
    settings = Settings()
    with own_database(ensure_warehouse(settings), DATABASE) as dsn, tempfile.TemporaryDirectory() as folder:
        project, target = Path(folder) / "dbt_project", Path(folder) / "target"
        shutil.copytree(settings.dbt_project_dir, project, ignore=shutil.ignore_patterns("target", "logs"))
        add_view(project)
        install_schema(dsn)
        load_sample(dsn, SampleOptions(rows=rows, seed=1))
        run_dbt(project, dsn, target, "--select", "staging", "spine_transactions")
        postmaster = int((settings.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        with watching({"postgres": postmaster}) as peaks:
            run = run_dbt(project, dsn, target, "--select", VIEW)
        with psycopg.connect(dsn) as connection:
            size = "pg_size_bytes(current_setting('shared_buffers'))"
            ((built, shared),) = connection.execute(
                f"select count(*), {size} from truepoint_features.{VIEW}"
            ).fetchall()
    private = peaks["postgres"].private
    print(f"{rows:,} transactions, {built:,} spine rows, {len(WINDOWS) * len(AGGREGATES)} aggregates:")
    print(f"{run.by_model[VIEW]:.1f} s; its processes' own memory at most {private / 2**30:.2f} GiB,")
    print(f"with all of the shared buffers {(private + shared) / 2**30:.2f} GiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 2_000_000)
