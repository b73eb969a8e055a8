"""All checks of a database in their order, and the making of what it lacks."""

from collections.abc import Callable, Mapping
from typing import Final

import asyncpg

from truepoint.compiled.registry import Registry
from truepoint.errors import WarehouseError, first_line
from truepoint.postgres.connecting import connect_asyncpg
from truepoint.postgres.doctor.agreement import examine_agreement
from truepoint.postgres.doctor.event_tables import examine_event_tables
from truepoint.postgres.doctor.findings import Examination, Finding
from truepoint.postgres.doctor.indexes import examine_indexes
from truepoint.postgres_uri import describe_uri

_SESSION: Final = {"application_name": "truepoint doctor", "TimeZone": "UTC"}


async def examine(dsn: str, registry: Registry, *, mutable: Mapping[str, frozenset[str]] | None = None) -> Examination:
    """Look at the database; change nothing. A database that cannot be reached is a finding, not an error.

    mutable: by event relation, columns of the tables under it that may be updated in place; None for no column.
    """
    try:
        async with connect_asyncpg(dsn, session=_SESSION) as connection:
            version = await connection.fetchval("show server_version")
            findings = [Finding("connection", "server", is_ok=True, message=f"is Postgres {version}")]
            agreement = await examine_agreement(connection, registry)
            findings += agreement
            told = frozenset(finding.subject for finding in agreement if not finding.is_ok)
            findings += await examine_event_tables(connection, registry, told=told, mutable=mutable or {})
            if all(finding.is_ok for finding in agreement):  # a statement that does not run has no plan
                findings += await examine_indexes(connection, registry)
    except WarehouseError as error:
        findings = [Finding("connection", "server", is_ok=False, message=str(error))]
    return Examination(database=describe_uri(dsn), findings=tuple(findings))


async def apply_missing(
    dsn: str, examination: Examination, *, on_statement: Callable[[str], None]
) -> tuple[tuple[str, str], ...]:
    """Make the indexes and settings that `examination` found missing, one by one, without locking writers out.

    `on_statement` is told each statement before it runs. One that fails does not stop the others: returns those that
    failed, with why. Raises WarehouseError where the database cannot be reached.
    """
    failed: list[tuple[str, str]] = []
    if not examination.applicable:
        return ()
    async with connect_asyncpg(dsn, session=_SESSION) as connection:
        for statement in examination.applicable:
            on_statement(statement)
            try:
                await connection.execute(statement)
            except asyncpg.PostgresError as error:
                failed.append((statement, " ".join(str(error).split())))
            except (asyncpg.InterfaceError, OSError) as error:  # the connection is lost, and the rest with it
                failed.append((statement, first_line(error)))
                break
    return tuple(failed)
