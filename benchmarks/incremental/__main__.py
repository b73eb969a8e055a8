"""A sample, of which the last day is held back; a build; the day put back; a run for it; and one for nothing new."""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.runs import own_database, run_command, run_dbt
from truepoint.events.sample.load import load_sample
from truepoint.events.sample.options import SampleOptions
from truepoint.postgres.warehouse import ensure_warehouse, install_schema
from truepoint.settings import Settings

DATABASE: Final = "truepoint_incremental_benchmark"
DAYS: Final = 365  # longer than the longest window, as histories are
END: Final = datetime(2026, 1, 1, tzinfo=UTC)
TABLES: Final = ("transactions", "chargebacks", "accounts")


def move_last_day(connection: "psycopg.Connection[tuple[object, ...]]", *, is_back: bool) -> None:
    """Take what became known in the last day out of the event tables, or put it back."""
    connection.execute("set truepoint.load_history = 'on'")
    for table in TABLES:
        if is_back:
            connection.execute(f"insert into payments.{table} select * from held_{table}")
        else:
            since = END - timedelta(days=1)
            connection.execute(
                f"create table held_{table} as select * from payments.{table} where known_at > '{since.isoformat()}'"
            )
            connection.execute(f"delete from payments.{table} where known_at > %s", (since,))
        connection.execute(f"vacuum (analyze) payments.{table}")


def main(rows: int) -> None:
    """Measure, and print a table."""
    settings = Settings()
    project = settings.dbt_project_dir
    with own_database(ensure_warehouse(settings), DATABASE) as dsn, tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        install_schema(dsn)
        load_sample(dsn, SampleOptions(rows=rows, seed=1, days=DAYS, end=END))
        compile_services = ("compile", "--select", "path:analyses", "--target-path", "target/online")
        run_command(project, dsn, "dbt.cli.main", *compile_services)
        run_dbt(project, dsn, target, "--select", "staging")
        run_command(project, dsn, "truepoint", "doctor", "--apply")
        with psycopg.connect(dsn, autocommit=True) as connection:
            move_last_day(connection, is_back=False)
            run_dbt(project, dsn, target)
            move_last_day(connection, is_back=True)
            day = run_dbt(project, dsn, target)
            nothing = run_dbt(project, dsn, target)
            everything = run_dbt(project, dsn, target, "--full-refresh")
            row = connection.execute("select count(*) from held_transactions").fetchone()
    print(f"{rows:,} transactions in {DAYS} days, {row[0] if row else 0:,} in the last one. Seconds of `dbt run`:")
    print(f"{'':34}{'all rows':>10}{'last day':>10}{'nothing':>10}")
    for name, seconds in everything.by_model.items():
        print(f"{name:34}{seconds:10.1f}{day.by_model[name]:10.1f}{nothing.by_model[name]:10.1f}")
    print(f"{'the whole command':34}{everything.seconds:10.1f}{day.seconds:10.1f}{nothing.seconds:10.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 500_000)
