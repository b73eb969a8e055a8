"""Were rows of an event table updated or deleted? By Postgres' counters, which say since when."""

from typing import Final

from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding

_COUNTS: Final = """
select
    coalesce(sum(pg_catalog.pg_stat_get_tuples_updated(parts.oid)), 0)::bigint as updated,
    coalesce(sum(pg_catalog.pg_stat_get_tuples_deleted(parts.oid)), 0)::bigint as deleted,
    current_setting('track_counts')::boolean as is_counted,
    -- A crash loses the counters of tables without a word, and lets those of the server begin anew.
    (
        select to_char(greatest(
            bases.stats_reset,
            least(
                (select archiver.stats_reset from pg_catalog.pg_stat_archiver as archiver),
                (select writer.stats_reset from pg_catalog.pg_stat_bgwriter as writer),
                (select wal.stats_reset from pg_catalog.pg_stat_wal as wal)
            )
        ) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
        from pg_catalog.pg_stat_database as bases
        where bases.datname = current_database()
    ) as since
from pg_catalog.pg_class as roots
left join lateral pg_catalog.pg_partition_tree(roots.oid) as tree on true  -- no row for a plain table
inner join pg_catalog.pg_class as parts on parts.oid = coalesce(tree.relid::oid, roots.oid)
where roots.oid = (
    select given.oid from pg_catalog.pg_class as given
    inner join pg_catalog.pg_namespace as given_schemas on given_schemas.oid = given.relnamespace
    where given_schemas.nspname = $1 and given.relname = $2
)
"""


async def examine_changes(
    connection: AsyncpgConnection, schema: str, table: str, *, is_guarded: bool, mutable: frozenset[str]
) -> Finding:
    """Tell rows that changed. Under a guard, they were the owner's corrections, and each started an epoch.

    mutable: columns that may be updated in place, and that nobody reads.
    """
    subject = f"{schema}.{table}"
    row = await connection.fetchrow(_COUNTS, schema, table)
    if row is None or not row["is_counted"]:
        message = "changes are not counted here (track_counts is off): whether rows changed is not known"
        return Finding("changes", subject, is_ok=False, message=message)
    since = f"since {row['since']} UTC, when counting began" if row["since"] else "since the database was made"
    if row["updated"] == row["deleted"] == 0:
        return Finding("changes", subject, is_ok=True, message=f"no row was updated or deleted {since}")
    message = f"{row['updated']:,} rows were updated and {row['deleted']:,} deleted {since} (rolled back ones included)"
    if is_guarded:
        return Finding("changes", subject, is_ok=True, message=f"{message}; now it is guarded, or a snapshot")
    if mutable and row["deleted"] == 0:
        message = f"{message}; no event relation reads {', '.join(sorted(mutable))}, which may change (mutable)"
        return Finding("changes", subject, is_ok=True, message=message)
    remedy = (
        "events must not change, or training sees what was not known then. Guard it, keep its versions "
        f"(truepoint history-table {subject}), or let features read only columns that never change and name the "
        "others to the dbt test append_only (mutable: [...])"
    )
    return Finding("changes", subject, is_ok=False, message=f"{message}: {remedy}")
