"""A history table, as `truepoint history-table` makes it: do the triggers that fill it still stand?"""

from typing import Final

from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding
from truepoint.postgres.history_tables import (
    IS_DELETED,
    KNOWN_AT,
    ROW_TRIGGER,
    TRUNCATE_TRIGGER,
    VERSION_AT,
    VERSION_ID,
)

_COLUMNS: Final = """
select array(
    select columns.attname::text from pg_catalog.pg_attribute as columns
    where columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
)
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
where schemas.nspname = $1 and tables.relname = $2
"""
# The table whose row trigger calls the history's function, and the table and its partitions with their triggers.
_TRIGGERS: Final = """
select
    schemas.nspname || '.' || parts.relname as shown,
    root_schemas.nspname || '.' || roots.relname as root,
    parts.oid = roots.oid as is_root,
    array(
        select columns.attname::text from pg_catalog.pg_attribute as columns
        where columns.attrelid = roots.oid and columns.attnum > 0 and not columns.attisdropped
        order by columns.attnum
    ) as columns,
    (
        select triggers.tgenabled::text from pg_catalog.pg_trigger as triggers
        where triggers.tgrelid = parts.oid and triggers.tgname = $3 and triggers.tgfoid = keeps.tgfoid
    ) as on_rows,
    (
        select triggers.tgenabled::text from pg_catalog.pg_trigger as triggers
        where triggers.tgrelid = parts.oid and triggers.tgname = $4 and triggers.tgfoid = keeps.tgfoid
    ) as on_truncate
from pg_catalog.pg_proc as functions
inner join pg_catalog.pg_namespace as function_schemas on function_schemas.oid = functions.pronamespace
inner join lateral (
    select triggers.tgrelid, triggers.tgfoid
    from pg_catalog.pg_trigger as triggers
    where triggers.tgfoid = functions.oid and triggers.tgparentid = 0
    order by triggers.tgname = $3 desc, triggers.tgrelid
    limit 1
) as keeps on true
inner join pg_catalog.pg_class as named on named.oid = keeps.tgrelid
inner join pg_catalog.pg_class as roots on roots.oid = coalesce(pg_catalog.pg_partition_root(named.oid)::oid, named.oid)
inner join pg_catalog.pg_namespace as root_schemas on root_schemas.oid = roots.relnamespace
left join lateral pg_catalog.pg_partition_tree(roots.oid) as tree on true  -- no row for a plain table
inner join pg_catalog.pg_class as parts on parts.oid = coalesce(tree.relid::oid, roots.oid)
inner join pg_catalog.pg_namespace as schemas on schemas.oid = parts.relnamespace
where function_schemas.nspname = $1 and functions.proname = $2 || '_keep'
order by is_root desc, 1
"""
_OWN: Final = frozenset((VERSION_ID, VERSION_AT, KNOWN_AT, IS_DELETED))


async def examine_history(connection: AsyncpgConnection, schema: str, table: str) -> Finding | None:
    """Look at the triggers that fill a history table; None for any other table."""
    columns = await connection.fetchval(_COLUMNS, schema, table)
    if not columns or not set(columns) >= _OWN:
        return None
    subject = f"{schema}.{table}"
    rows = await connection.fetch(_TRIGGERS, schema, table, ROW_TRIGGER, TRUNCATE_TRIGGER)
    if not rows:
        message = (
            "is a history table, and no trigger fills it: versions are lost. `truepoint history-table` prints them"
        )
        return Finding("history", subject, is_ok=False, message=message)
    root = rows[0]["root"]
    faults = []
    for row in rows:
        for name, enabled in ((ROW_TRIGGER, row["on_rows"]), (TRUNCATE_TRIGGER, row["on_truncate"])):
            if enabled is None:
                faults.append(f"trigger {name} on {row['shown']} is missing")
            elif enabled != "A":
                state = "is disabled" if enabled == "D" else "does not hold in replica role"
                faults.append(
                    f"trigger {name} on {row['shown']} {state}: alter table {row['shown']} enable always trigger {name}"
                )
    unkept = [column for column in rows[0]["columns"] if column not in columns]
    faults += [f"column {column} of {root} is not kept" for column in unkept]
    if not faults:
        return Finding("history", subject, is_ok=True, message=f"keeps every version of {root}")
    remedy = f"`truepoint history-table {root}` prints the triggers and their function"
    return Finding("history", subject, is_ok=False, message=f"{'; '.join(faults)}. Versions are lost; {remedy}")
