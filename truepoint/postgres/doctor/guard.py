"""Is an event table guarded as it should be? Its triggers are compared with what a guard is, not looked for by name."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding
from truepoint.postgres.guards import (
    APPEND_ONLY_TRIGGER,
    KEEPS_GIVEN,
    KNOWN_TIME_TRIGGER,
    GuardedTable,
    GuardTrigger,
    ground_functions,
    ground_statements,
    guard_statements,
    guard_triggers,
    known_time_body,
    known_time_function,
)

if TYPE_CHECKING:
    import asyncpg

_CONFIG: Final = ["search_path=pg_catalog, pg_temp"]
SNAPSHOT_COLUMNS: Final = frozenset({"dbt_scd_id", "dbt_valid_from", "dbt_valid_to"})
_TABLE: Final = """
select
    tables.relkind in ('r', 'p') as is_table,
    exists (
        select from pg_catalog.pg_partitioned_table as parts
        where
            parts.partrelid = any (select relid from pg_catalog.pg_partition_tree(tables.oid))
            and known.attnum = any (parts.partattrs::int2[])
    ) as is_partition_key,
    format_type(known.atttypid, null) as known_at_type,
    array(
        select columns.attname::text from pg_catalog.pg_attribute as columns
        where columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
    ) as column_names
from pg_catalog.pg_class as tables
left join pg_catalog.pg_attribute as known
    on known.attrelid = tables.oid and known.attname = $3 and known.attnum > 0 and not known.attisdropped
where tables.oid = (
    select given.oid from pg_catalog.pg_class as given
    inner join pg_catalog.pg_namespace as given_schemas on given_schemas.oid = given.relnamespace
    where given_schemas.nspname = $1 and given.relname = $2
)
"""
# The triggers of the table and of its partitions; level 0 is the table.
_TRIGGERS: Final = """
select
    coalesce(tree.level, 0) as level,
    part_schemas.nspname::text as schema_name,
    parts.relname::text as table_name,
    triggers.tgname::text as name,
    triggers.tgtype::int as tgtype,
    triggers.tgenabled::text as enabled,
    triggers.tgargs = convert_to($3, 'UTF8') || '\\x00'::bytea as keeps_given,
    case when triggers.tgqual is not null then pg_catalog.pg_get_triggerdef(triggers.oid) end as definition,
    functions.proname::text as function_name,
    functions.pronamespace = to_regnamespace('truepoint') as is_ours,
    functions.prosrc as body,
    functions.proconfig as config
from pg_catalog.pg_class as roots
left join lateral pg_catalog.pg_partition_tree(roots.oid) as tree on true  -- no row for a plain table
inner join pg_catalog.pg_class as parts on parts.oid = coalesce(tree.relid::oid, roots.oid)
inner join pg_catalog.pg_namespace as part_schemas on part_schemas.oid = parts.relnamespace
left join pg_catalog.pg_trigger as triggers on triggers.tgrelid = parts.oid and not triggers.tgisinternal
left join pg_catalog.pg_proc as functions on functions.oid = triggers.tgfoid
where roots.oid = (
    select given.oid from pg_catalog.pg_class as given
    inner join pg_catalog.pg_namespace as given_schemas on given_schemas.oid = given.relnamespace
    where given_schemas.nspname = $1 and given.relname = $2
)
order by 1, 2, 3, 4
"""
_BEFORE_INSERT_OF_ROWS: Final = 7


@dataclass(frozen=True)
class GuardExamination:
    """What was found. refuses_changes: updates and deletes are refused, or meant (a dbt snapshot)."""

    finding: Finding
    refuses_changes: bool


async def examine_guard(
    connection: AsyncpgConnection,
    schema: str,
    table: str,
    *,
    known_at: str | None,
    reads: frozenset[str],
    may_keep_given: bool,
    mutable: frozenset[str] = frozenset(),
) -> GuardExamination:
    """Compare the table's triggers with its guard's. known_at: None where the known time is no column of its own.

    mutable: columns that may be updated in place, and that nobody reads. Such a table needs no guard, which would
    refuse that.
    """
    subject = f"{schema}.{table}"
    facts = await connection.fetchrow(_TABLE, schema, table, known_at)
    rows = await connection.fetch(_TRIGGERS, schema, table, KEEPS_GIVEN)
    if facts is None or not facts["is_table"]:
        message = "is no table of this database: no guard can be put on it"
        return GuardExamination(Finding("guard", subject, is_ok=False, message=message), refuses_changes=False)
    if set(facts["column_names"]) >= SNAPSHOT_COLUMNS:
        return GuardExamination(_snapshot(subject, reads), refuses_changes=True)
    known_at_type = facts["known_at_type"]
    keeps_given = may_keep_given and any(
        row["keeps_given"] for row in rows if row["level"] == 0 and row["name"] == APPEND_ONLY_TRIGGER
    )
    # No trigger may set what a row is routed by.
    sets_clock = (
        known_at is not None
        and not facts["is_partition_key"]
        and known_at_type in ("timestamp with time zone", "timestamp without time zone")
    )
    column, type_name = (known_at or "", known_at_type) if sets_clock else ("", "timestamp with time zone")
    expected = guard_triggers(column, type_name, keeps_given=keeps_given or not sets_clock)
    bodies = dict(ground_functions())
    if sets_clock:
        bodies[known_time_function(column, type_name)] = known_time_body(column, type_name)
    faults = [fault for trigger in expected for fault in _faults(trigger, rows, bodies)]
    refuses_changes = not any(APPEND_ONLY_TRIGGER in fault for fault in faults)
    if sets_clock and not keeps_given:
        faults += [
            f"trigger {row['name']} on {row['schema_name']}.{row['table_name']} fires after it and may set {known_at}: "
            f"rename it to a_{row['name']}"
            for row in rows
            if row["name"] is not None
            and row["tgtype"] & _BEFORE_INSERT_OF_ROWS == _BEFORE_INSERT_OF_ROWS
            and row["enabled"] != "D"
            and row["name"].encode() > KNOWN_TIME_TRIGGER.encode()
            and not (row["is_ours"] and row["name"] == APPEND_ONLY_TRIGGER)
        ]
    if not faults:
        held = "known times are given by its writers" if keeps_given else f"{known_at} is set by the clock"
        message = f"append-only; {held}" if sets_clock else "append-only"
        return GuardExamination(Finding("guard", subject, is_ok=True, message=message), refuses_changes=True)
    guards = {KNOWN_TIME_TRIGGER, *(trigger.name for trigger in expected)}  # and not those that fill a history table
    if not any(row["name"] in guards for row in rows):
        if mutable:
            given = f"; {known_at} is whatever its writers give" if sets_clock else ""
            message = f"is not guarded: a guard would refuse updates of {', '.join(sorted(mutable))} (mutable){given}"
            return GuardExamination(Finding("guard", subject, is_ok=True, message=message), refuses_changes=False)
        faults = [_unguarded(subject, known_at if sets_clock else None, is_installed_by_up=not may_keep_given)]
    partitions = tuple(dict.fromkeys((row["schema_name"], row["table_name"]) for row in rows if row["level"] > 0))
    guarded = GuardedTable(schema, table, column, type_name, partitions)
    ddl = [
        statement.as_string().strip()
        for statement in guard_statements(guarded, keeps_given=keeps_given or not sets_clock)
    ]
    if not await _is_ground_laid(connection):
        ddl.insert(0, ground_statements().strip().rstrip(";"))
    finding = Finding("guard", subject, is_ok=False, message="; ".join(dict.fromkeys(faults)), ddl=tuple(ddl))
    return GuardExamination(finding, refuses_changes=refuses_changes)


def _unguarded(subject: str, known_at: str | None, *, is_installed_by_up: bool) -> str:
    given = f", and {known_at} is whatever its writers give" if known_at else ""
    remedy = f"truepoint guard {subject}" + (f" --known-at {known_at}" if known_at else " --keep-given")
    if is_installed_by_up:
        remedy = "`truepoint up` guards it"
    elif known_at:
        remedy += f"; with --keep-given where {known_at} is right as it comes"
    return f"is not guarded: events may be changed{given} ({remedy})"


async def _is_ground_laid(connection: AsyncpgConnection) -> bool:
    bodies = {
        row["proname"]: row["prosrc"]
        for row in await connection.fetch(
            "select proname::text, prosrc from pg_catalog.pg_proc "
            "where pronamespace = to_regnamespace('truepoint') and proconfig = $1",
            _CONFIG,
        )
    }
    return all(bodies.get(name) == body for name, body in ground_functions().items())


def _faults(trigger: GuardTrigger, rows: "list[asyncpg.Record]", bodies: dict[str, str]) -> list[str]:
    """Where the trigger should be and is not, or is another."""
    places = dict.fromkeys(
        (row["schema_name"], row["table_name"]) for row in rows if row["level"] == 0 or trigger.level == "statement"
    )
    faults = []
    for schema, table in places:
        found = [
            row for row in rows if (row["schema_name"], row["table_name"], row["name"]) == (schema, table, trigger.name)
        ]
        fault = _fault(trigger, found[0], bodies) if found else "is missing"
        if fault:
            faults.append(f"trigger {trigger.name} on {schema}.{table} {fault}")
    # The copies on partitions, which Postgres makes, can be disabled there.
    faults += [
        f"trigger {trigger.name} on {row['schema_name']}.{row['table_name']} is not enabled always"
        for row in rows
        if trigger.level == "row" and row["level"] > 0 and row["name"] == trigger.name and row["enabled"] != "A"
    ]
    return faults


def _fault(trigger: GuardTrigger, row: "asyncpg.Record", bodies: dict[str, str]) -> str:
    if row["enabled"] == "D":
        return "is disabled"
    if row["enabled"] != "A":
        return "does not hold in replica role (enable always)"
    if not row["is_ours"] or row["function_name"] != trigger.function or row["tgtype"] != trigger.tgtype:
        return "is not the guard's"
    if row["body"] != bodies[trigger.function] or row["config"] != _CONFIG:
        return f"calls truepoint.{trigger.function}, which is not what it should be"
    when = re.search(r" WHEN \((.*)\) EXECUTE ", row["definition"] or "", re.DOTALL)
    if _comparable(when[1] if when else "") != _comparable(trigger.when or ""):
        return "has another condition than the guard's"
    return ""


def _comparable(condition: str) -> str:
    return re.sub(r"::text|[()\s]", "", condition).lower()


def _snapshot(subject: str, reads: frozenset[str]) -> Finding:
    seen = sorted(reads & {"dbt_valid_to", "dbt_is_deleted"})
    if seen:
        message = f"is a dbt snapshot, and {', '.join(seen)} changes under it: leave that column out of the relation"
        return Finding("guard", subject, is_ok=False, message=message)
    message = "is a dbt snapshot: its versions stay, and what dbt changes is not read"
    return Finding("guard", subject, is_ok=True, message=message)
