"""Events outside the span of years in which events lie: they never count, and are told."""

from typing import Final

import asyncpg

from truepoint.arrow.span import END, FIRST
from truepoint.compiled.registry import Relation
from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding
from truepoint.postgres.doctor.origins import quoted

TIMEOUT: Final = "10s"
FEW_ROWS: Final = 200_000  # looked at where all of them take too long

_OUTSIDE: Final = """
select count(*) filter (
    where event_time < $1 or event_time >= $2 or known_at < $1 or known_at >= $2
)
from (
    select {event_time}::timestamptz as event_time, {known_at}::timestamptz as known_at from {relation} {limit}
) as events
"""


async def examine_span(connection: AsyncpgConnection, relation: Relation) -> Finding:
    """Count the relation's events whose event time or known time lies before 1900 or after 2149."""
    subject = str(relation.relation_name)
    try:
        try:
            count, of = await _count(connection, relation, ""), ""
        except asyncpg.QueryCanceledError:
            limit = f"limit {FEW_ROWS}"
            count, of = await _count(connection, relation, limit), f"of the first {FEW_ROWS:,} looked at, "
    except asyncpg.PostgresError as error:
        return Finding("span", subject, is_ok=False, message=f"its events could not be counted: {error}")
    if not count:
        return Finding("span", subject, is_ok=True, message=f"{of}every event lies in the years 1900 to 2149")
    message = (
        f"{of}{count:,} events never count: {relation.event_time} or {relation.known_at} lies outside the years 1900 "
        "to 2149. The dbt test truepoint.times_in_span names them"
    )
    return Finding("span", subject, is_ok=True, message=message)


async def _count(connection: AsyncpgConnection, relation: Relation, limit: str) -> int:
    name = relation.relation_name
    query = _OUTSIDE.format(
        event_time=quoted(relation.event_time),
        known_at=quoted(relation.known_at),
        relation=f"{quoted(name.schema)}.{quoted(name.name)}",
        limit=limit,
    )
    async with connection.transaction():
        await connection.execute(f"set local statement_timeout = '{TIMEOUT}'")
        return int(await connection.fetchval(query, FIRST, END))
