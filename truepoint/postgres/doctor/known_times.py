"""Known times that cannot be meant: read from a sample of the table's pages, at a bounded cost."""

from datetime import timedelta
from typing import Final

import asyncpg

from truepoint.compiled.registry import Relation
from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding
from truepoint.postgres.doctor.origins import quoted

SAMPLED_PAGES: Final = 2_000  # of 8 KiB; some 100,000 rows
TIMEOUT: Final = "10s"
FEWEST_ROWS: Final = 100
MONTHS: Final = timedelta(days=60)
AT_ONCE: Final = timedelta(hours=1)
_MOST_EARLY: Final = 0.01
_OF_TABLE: Final = """
    select ({known_at})::timestamptz as known_at, ({event_time})::timestamptz as event_time
    from {table} tablesample system ({percent}) repeatable (1)
"""
# For a role that may read the relation and not the table under it: a view takes no sample, so its first rows.
_OF_RELATION: Final = """
    select {known_at}::timestamptz as known_at, {event_time}::timestamptz as event_time from {relation} limit 100000
"""

_PAGES: Final = """
select coalesce(sum(pg_catalog.pg_relation_size(parts.oid)), 0)::bigint / 8192 as pages
from pg_catalog.pg_class as roots
left join lateral pg_catalog.pg_partition_tree(roots.oid) as tree on true  -- no row for a plain table
inner join pg_catalog.pg_class as parts on parts.oid = coalesce(tree.relid::oid, roots.oid)
where roots.oid = (
    select given.oid from pg_catalog.pg_class as given
    inner join pg_catalog.pg_namespace as given_schemas on given_schemas.oid = given.relnamespace
    where given_schemas.nspname = $1 and given.relname = $2
)
"""
_SAMPLE: Final = """
select
    count(*) as row_count,
    count(*) filter (where known_at is null) as nulls,
    count(*) filter (where known_at < event_time - interval '1 second') as early,
    percentile_disc(0.975) within group (order by known_at) - percentile_disc(0.025) within group (order by known_at)
        as known_within,
    percentile_disc(0.975) within group (order by event_time)
    - percentile_disc(0.025) within group (order by event_time) as happened_within
from ({source}) as sampled
where (known_at is null or isfinite(known_at)) and (event_time is null or isfinite(event_time))
"""


async def examine_known_times(
    connection: AsyncpgConnection,
    schema: str,
    table: str,
    *,
    known_at: str,
    event_time: str | None,
    is_event_time: bool,
    relation: Relation,
) -> Finding:
    """Tell known times that are null, before the event, or of one load. Both times: expressions over the table."""
    subject = f"{schema}.{table}"
    if is_event_time:
        message = f"{known_at} is the event time too: no lateness is modelled"
        return Finding("known times", subject, is_ok=True, message=message)
    if event_time is None:
        message = f"{known_at} comes from this table and the event time from another: not looked at together"
        return Finding("known times", subject, is_ok=False, message=message)
    pages = await connection.fetchval(_PAGES, schema, table)
    of_table = _OF_TABLE.format(
        known_at=known_at,
        event_time=event_time,
        table=f"{quoted(schema)}.{quoted(table)}",
        percent=min(100, round(100 * SAMPLED_PAGES / max(pages, 1), 6)),
    )
    name = relation.relation_name
    of_relation = _OF_RELATION.format(
        known_at=quoted(relation.known_at),
        event_time=quoted(relation.event_time),
        relation=f"{quoted(name.schema)}.{quoted(name.name)}",
    )
    try:
        try:
            row = await _sampled(connection, of_table)
        except asyncpg.InsufficientPrivilegeError:
            row = await _sampled(connection, of_relation)
    except asyncpg.PostgresError as error:
        message = f"{known_at} could not be looked at: {error}"
        return Finding("known times", subject, is_ok=False, message=message)
    # A history that was loaded at once has known times of its own, where it is declared.
    fault = _fault(row, known_at, is_declared=relation.known_at_note is not None) if row else "has no sample"
    if fault:
        return Finding("known times", subject, is_ok=False, message=fault)
    count = row["row_count"] if row else 0
    early = f"; {row['early']:,} of them known before they happened" if row and row["early"] else ""
    message = f"{known_at} of {count:,} sampled rows can be meant{early}" if count else "has no rows to look at yet"
    message += f"; {relation.known_at_note.rstrip('.')}" if relation.known_at_note else ""
    return Finding("known times", subject, is_ok=True, message=message)


async def _sampled(connection: AsyncpgConnection, source: str) -> "asyncpg.Record | None":
    async with connection.transaction():
        await connection.execute(f"set local statement_timeout = '{TIMEOUT}'")
        return await connection.fetchrow(_SAMPLE.format(source=source))


def _fault(row: "asyncpg.Record", known_at: str, *, is_declared: bool) -> str:
    count = row["row_count"]
    faults = []
    if row["nulls"]:
        faults.append(f"{known_at} is null in {row['nulls']:,} of {count:,} sampled rows, which no feature ever counts")
    if row["early"] > count * _MOST_EARLY:
        faults.append(
            f"{row['early']:,} of {count:,} sampled rows were known before they happened: are {known_at} and the event "
            "time mixed up, or is a clock or a time zone wrong?"
        )
    known_within, happened_within = row["known_within"], row["happened_within"]
    is_told = count >= FEWEST_ROWS and None not in (known_within, happened_within)
    if is_told and not is_declared and known_within <= AT_ONCE and happened_within >= MONTHS:
        faults.append(
            f"nearly all of {count:,} sampled rows, of {happened_within.days} days, were known within "
            f"{_minutes(known_within)}: {known_at} is the time of a load, and before it features see nothing. Set "
            "it to when each event was known (event time and a usual delay), or declare that history "
            "(known_at: {column, history_before, delay})"
        )
    return "; ".join(faults)


def _minutes(span: timedelta) -> str:
    return f"{max(1, round(span.total_seconds() / 60))} min"
