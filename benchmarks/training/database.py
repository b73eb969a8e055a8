"""The embedded Postgres that is timed, with the settings that truepoint gives it, and the worlds in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pyarrow.parquet as pq
from psycopg import sql

from benchmarks.training.datasets import events_path, spine_path
from truepoint.arrow.copying import copy_batches
from truepoint.postgres.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE: Final = "benchmark"
BATCH_ROWS: Final = 100_000

_TABLES: Final = """
create table {schema}.transactions (
    transaction_id text not null,
    account_id text not null,
    merchant_id text not null,
    amount_minor bigint not null,
    occurred_at timestamptz not null,
    known_at timestamptz not null
);
create table {schema}.spine (
    spine_id text not null,
    event_id text not null,
    as_of timestamptz not null,
    account_id text not null,
    merchant_id text not null
);
"""


def start_server(folder: Path) -> EmbeddedPostgres:
    """Start the server over `folder`, with its database; the caller stops it."""
    server = EmbeddedPostgres(folder)
    server.start()
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        if connection.execute("select from pg_database where datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(DATABASE)))
    return server


def load_dataset(dsn: str, dataset: Path) -> None:
    """Copy a dataset into a schema of its name, unless it is there; vacuumed and analysed, without any index."""
    stamp = (dataset / "world.json").read_text(encoding="utf-8")
    schema = sql.Identifier(dataset.name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = connection.execute(
            "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [dataset.name]
        ).fetchone()
        if found is not None and found[0] == stamp:
            return
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(sql.SQL("drop schema if exists {} cascade").format(schema))
            cursor.execute(sql.SQL("create schema {}").format(schema))
            cursor.execute(sql.SQL(_TABLES).format(schema=schema))
            for table, path in (("transactions", events_path(dataset)), ("spine", spine_path(dataset))):
                target = sql.Identifier(dataset.name, table)
                copy_batches(cursor, target, _batches(path))
        for table in ("transactions", "spine"):
            connection.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(dataset.name, table)))
        connection.execute(sql.SQL("comment on schema {} is {}").format(schema, sql.Literal(stamp)))


def _batches(path: Path) -> "Iterator[Any]":
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(BATCH_ROWS)
