"""Feast's Postgres offline store, over the tables that precomputed.py loads."""

from datetime import timedelta
from typing import Any

from benchmarks.training.contender import Job, Measurement
from benchmarks.training.feast_store import look_up
from benchmarks.training.precomputed import TIME, precomputed_table


def look_up_in_postgres(job: Job, ttl: timedelta | None) -> Measurement:
    """The spine rows are named by a query, so that none have to be uploaded."""
    from psycopg.conninfo import conninfo_to_dict

    def source(view: str) -> Any:
        from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource

        return PostgreSQLSource(name=view, table=precomputed_table(job.dataset, view), timestamp_field=TIME)

    server = conninfo_to_dict(job.dsn)
    offline_store = {
        "type": "postgres",
        "host": server["host"],
        "port": int(server["port"] or 5432),
        "database": server["dbname"],
        "user": server["user"],
        "password": "",
        "sslmode": "disable",
    }
    return look_up(job, offline_store=offline_store, source=source, ttl=ttl, as_sql=True)
