"""Where the events live: the Postgres of TRUEPOINT_DSN, or an embedded one under the data folder."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from truepoint.bundled import is_payments_project
from truepoint.errors import WarehouseError, first_line
from truepoint.postgres.connecting import connect
from truepoint.postgres.embedded import EmbeddedPostgres
from truepoint.postgres.guards import (
    FORMER_TRIGGERS,
    GuardedTable,
    ground_statements,
    guard_statements,
    install_guard,
    read_guarded_table,
)
from truepoint.postgres_uri import read_uri
from truepoint.settings import Settings

DATABASE: Final = "truepoint"
EVENT_TABLES: Final = ("customers", "accounts", "merchants", "transactions", "chargebacks")  # of schema payments

_LOCK_TIMEOUT: Final = "30s"
_PAYMENTS_MARK: Final = "payments.sql "
_CREATE_DATABASE: Final = (
    "create database {} template template0 encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8'"
)
_ESTIMATES: Final = """
select c.relname, greatest(c.reltuples, 0)::bigint
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = 'payments' and c.relkind in ('r', 'p')
order by c.relname
"""

# The table, or the partitions that hold its rows: a partitioned parent stores nothing and takes no storage setting.
_STORED_PARTS: Final = """
select schemas.nspname, parts.relname
from pg_catalog.pg_class as roots
inner join pg_catalog.pg_namespace as root_schemas on root_schemas.oid = roots.relnamespace
left join lateral pg_catalog.pg_partition_tree(roots.oid) as tree on true  -- no row for a plain table
inner join pg_catalog.pg_class as parts on parts.oid = coalesce(tree.relid::oid, roots.oid) and parts.relkind = 'r'
inner join pg_catalog.pg_namespace as schemas on schemas.oid = parts.relnamespace
where root_schemas.nspname = %(schema)s and roots.relname = %(name)s
"""


@dataclass(frozen=True)
class WarehouseStatus:
    """What `truepoint status` shows.

    reach: how the database is reached, in words. estimated_rows: per table of schema payments, by the planner's
    estimate (0 before the first analyze). size_bytes: of the whole database.
    """

    is_embedded: bool
    is_running: bool
    reach: str
    version: str | None = None
    size_bytes: int | None = None
    estimated_rows: dict[str, int] | None = None
    problem: str | None = None


def embedded_postgres(settings: Settings) -> EmbeddedPostgres:
    """Return the embedded server of these settings, running or not."""
    return EmbeddedPostgres(settings.data_dir / "postgres")


def ensure_warehouse(settings: Settings, *, with_payments: bool | None = None) -> str:
    """Return the URI of a database that can be used: reachable, Postgres 15 or newer, with schema truepoint installed.

    Starts the embedded Postgres, or reuses the running one, unless TRUEPOINT_DSN names a server.
    with_payments: the payments tables too; None for the project at hand to decide, see `needs_payments`.
    Raises WarehouseError.
    """
    if with_payments is None:
        with_payments = needs_payments(settings)
    if settings.dsn is not None:
        dsn = settings.dsn.get_secret_value()
    else:
        server = embedded_postgres(settings)
        server.start()
        _create_database(server)
        dsn = server.dsn(DATABASE)
    if not _is_schema_current(dsn, with_payments=with_payments):
        install_schema(dsn, with_payments=with_payments)
    return dsn


def needs_payments(settings: Settings) -> bool:
    """Whether the project at hand reads the payments tables. Any other has event tables of its own."""
    return is_payments_project(settings.dbt_project_dir)


def running_dsn(settings: Settings) -> str | None:
    """Return the URI as `ensure_warehouse` does, but start and change nothing; None when nothing runs."""
    if settings.dsn is not None:
        return settings.dsn.get_secret_value()
    server = embedded_postgres(settings)
    return server.dsn(DATABASE) if server.postmaster() is not None else None


def stop_warehouse(settings: Settings) -> bool:
    """Stop the embedded Postgres; False when none was running.

    Raises WarehouseError while TRUEPOINT_DSN names another server: which of the two is meant is not ours to guess.
    """
    server = embedded_postgres(settings)
    if server.postmaster() is None:
        return False
    if settings.dsn is not None and settings.dsn.get_secret_value() != server.dsn(DATABASE):
        raise WarehouseError(
            "TRUEPOINT_DSN names a server that truepoint did not start, and so does not stop. To stop the embedded "
            "one: unset TRUEPOINT_DSN; truepoint down"
        )
    return server.stop()


def install_schema(dsn: str, *, with_payments: bool = True) -> None:
    """Create schema truepoint, the payments tables and their guards, where absent. Safe to run again.

    with_payments: False leaves out the payments tables, unless they are there from an earlier version.

    Raises WarehouseError when the role may not, when a table of that name is another thing, when the server takes no
    changes (a standby), or when others hold the tables for thirty seconds.
    """
    try:
        with connect(dsn) as connection:
            _install(connection, with_payments=with_payments)
    except psycopg.errors.InsufficientPrivilege as error:
        raise WarehouseError(
            f"the schema could not be installed: {error.diag.message_primary}. Run `truepoint up` once as a role that "
            "owns the payments tables, if they are there, and may create schemas."
        ) from error
    except psycopg.errors.LockNotAvailable as error:
        raise WarehouseError(
            f"the schema could not be installed: other sessions kept the payments tables locked for {_LOCK_TIMEOUT}."
        ) from error
    except psycopg.Error as error:
        raise WarehouseError(f"the schema could not be installed: {first_line(error)}.") from error


def _install(connection: psycopg.Connection[Any], *, with_payments: bool) -> None:
    mark = _installed_mark(connection)
    if connection.execute("select pg_is_in_recovery()").fetchone() == (True,):
        if _is_current(mark, with_payments=with_payments):
            return  # it came with the primary's log
        raise WarehouseError(
            "this server is a standby, which takes no changes: run `truepoint up` on its primary, and it follows."
        )
    connection.execute(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
    connection.execute("select pg_advisory_xact_lock(hashtext('truepoint.install_schema'))")
    with_payments = with_payments or (mark or "").startswith(_PAYMENTS_MARK)
    connection.execute(ground_statements())
    if with_payments:
        connection.execute(_tables_text())
        for name in EVENT_TABLES:
            _guard_table(connection, read_guarded_table(connection, "payments", name, "known_at"))
    connection.execute("drop function if exists truepoint.may_load_history(oid)")
    new_mark = _schema_mark() if with_payments else _ground_mark()
    connection.execute(sql.SQL("comment on schema truepoint is {}").format(sql.Literal(new_mark)))


def _guard_table(connection: psycopg.Connection[Any], table: GuardedTable) -> None:
    for former in FORMER_TRIGGERS:
        connection.execute(sql.SQL("drop trigger if exists {} on {}").format(sql.Identifier(former), table.identifier))
    install_guard(connection, table)
    # Fresh rows must become all-visible soon, or index-only scans fetch them from the heap.
    for schema, name in connection.execute(_STORED_PARTS, {"schema": table.schema, "name": table.name}).fetchall():
        connection.execute(
            sql.SQL("alter table {} set (autovacuum_vacuum_insert_scale_factor = 0.01)").format(
                sql.Identifier(schema, name)
            )
        )


def warehouse_status(settings: Settings) -> WarehouseStatus:
    """Look at the warehouse without starting or changing it."""
    dsn = running_dsn(settings)
    is_embedded = settings.dsn is None
    if dsn is None:
        return WarehouseStatus(is_embedded, is_running=False, reach=f"not running; data in {settings.data_dir}")
    reach = _describe_reach(settings, dsn)
    try:
        with connect(dsn) as connection:
            version, size_bytes = connection.execute(
                "select current_setting('server_version'), pg_database_size(current_database())"
            ).fetchone() or (None, None)
            estimates: dict[str, int] = dict(connection.execute(_ESTIMATES).fetchall())
    except WarehouseError as error:
        return WarehouseStatus(is_embedded, is_running=False, reach=reach, problem=str(error))
    return WarehouseStatus(
        is_embedded, is_running=True, reach=reach, version=version, size_bytes=size_bytes, estimated_rows=estimates
    )


def _describe_reach(settings: Settings, dsn: str) -> str:
    if settings.dsn is None:
        server = embedded_postgres(settings).postmaster()
        folder = server.socket_folder if server else settings.data_dir
        owner = folder.owner() if _has_named_owner(folder) else str(folder.stat().st_uid)
        return f"Unix socket in {folder}, which only {owner} and root may enter; no TCP port, no password"
    facts = read_uri(dsn)
    return f"TRUEPOINT_DSN: host {facts.get('host', '(default)')}, database {facts.get('dbname', '(default)')}"


def _has_named_owner(folder: Path) -> bool:
    try:
        folder.owner()
    except KeyError:
        return False
    return True


def _create_database(server: EmbeddedPostgres) -> None:
    with connect(server.dsn("postgres"), autocommit=True) as connection:
        if connection.execute("select from pg_database where datname = %s", [DATABASE]).fetchone() is not None:
            return
        try:
            connection.execute(sql.SQL(_CREATE_DATABASE).format(sql.Identifier(DATABASE)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return  # another command was quicker


def _is_schema_current(dsn: str, *, with_payments: bool) -> bool:
    with connect(dsn) as connection:
        return _is_current(_installed_mark(connection), with_payments=with_payments)


def _is_current(mark: str | None, *, with_payments: bool) -> bool:
    return mark == _schema_mark() or (mark == _ground_mark() and not with_payments)


def _installed_mark(connection: psycopg.Connection[Any]) -> str | None:
    row = connection.execute(
        "select obj_description(oid, 'pg_namespace') from pg_catalog.pg_namespace where nspname = 'truepoint'"
    ).fetchone()
    return row[0] if row else None


def _tables_text() -> str:
    return files("truepoint.postgres").joinpath("sql", "payments.sql").read_text()


def _schema_mark() -> str:
    """A digest of all that is installed: tables, functions and guards."""
    guards = [
        statement.as_string()
        for name in EVENT_TABLES
        for statement in guard_statements(GuardedTable("payments", name, "known_at", "timestamp with time zone"))
    ]
    text = "\n".join([ground_statements(), _tables_text(), *guards])
    return f"{_PAYMENTS_MARK}{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _ground_mark() -> str:
    """A digest of what is installed without the payments tables."""
    return f"guard.sql {hashlib.sha256(ground_statements().encode()).hexdigest()[:16]}"
