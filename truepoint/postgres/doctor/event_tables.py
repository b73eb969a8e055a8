"""The base tables under the relations that the statements read, with their known times and storage settings."""

from typing import Final

from truepoint.compiled.registry import Registry, RelationName
from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding

OUR_SCHEMA: Final = "payments"
WANTED_INSERT_SCALE_FACTOR: Final = 0.01
HIGHEST_INSERT_SCALE_FACTOR: Final = 0.05

# Every table with a known time that the relations asked for are, or are views over. `$1`, `$2`: schemas and names.
_TABLES: Final = """
with recursive reached (oid) as (
    select relations.oid
    from unnest($1::text[], $2::text[]) as asked (schema_name, relation_name)
    inner join pg_catalog.pg_namespace as schemas on schemas.nspname = asked.schema_name
    inner join pg_catalog.pg_class as relations
        on relations.relnamespace = schemas.oid and relations.relname = asked.relation_name
    union
    select depended.refobjid
    from reached
    inner join pg_catalog.pg_rewrite as rules on rules.ev_class = reached.oid
    inner join pg_catalog.pg_depend as depended
        on depended.classid = 'pg_catalog.pg_rewrite'::regclass
        and depended.objid = rules.oid
        and depended.refclassid = 'pg_catalog.pg_class'::regclass
)

select
    schemas.nspname::text as schema_name,
    tables.relname::text as table_name,
    format('%I.%I', schemas.nspname, tables.relname) as rendered,
    tables.relkind = 'p' as is_partitioned,
    known.attnotnull as is_known_at_required,
    exists (
        select from pg_catalog.pg_trigger as triggers
        inner join pg_catalog.pg_proc as functions on functions.oid = triggers.tgfoid
        where
            triggers.tgrelid = tables.oid
            and functions.pronamespace = to_regnamespace('truepoint')
            and functions.proname = 'set_known_at'
            and triggers.tgenabled in ('O', 'A')
            and triggers.tgtype & 7 = 7     -- for each row, before, insert
    ) as has_trigger,
    (
        select options.option_value::float8 from pg_catalog.pg_options_to_table(tables.reloptions) as options
        where options.option_name = 'autovacuum_vacuum_insert_scale_factor'
    ) as insert_scale_factor
from reached
inner join pg_catalog.pg_class as tables on tables.oid = reached.oid and tables.relkind in ('r', 'p')
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
inner join pg_catalog.pg_attribute as known
    on known.attrelid = tables.oid and known.attname = 'known_at' and not known.attisdropped
order by 1, 2
"""


async def examine_event_tables(connection: AsyncpgConnection, registry: Registry) -> list[Finding]:
    """Look at the known times of our own tables, and at how soon any event table's fresh rows become all-visible."""
    names = _names_read(registry)
    rows = await connection.fetch(_TABLES, [name.schema for name in names], [name.name for name in names])
    known_times = [
        _known_time(row["rendered"], is_required=row["is_known_at_required"], has_trigger=row["has_trigger"])
        for row in rows
        if row["schema_name"] == OUR_SCHEMA
    ]
    # A partitioned parent stores nothing and takes no storage setting.
    settings = [_scale_factor(row["rendered"], row["insert_scale_factor"]) for row in rows if not row["is_partitioned"]]
    return known_times + settings


def _names_read(registry: Registry) -> list[RelationName]:
    names = [
        name
        for service in registry.services.values()
        for name in (
            *(relation.relation_name for relation in service.relations),
            *(index.table_name for index in service.indexes),
        )
    ]
    return list(dict.fromkeys(names))


def _known_time(table: str, *, is_required: bool, has_trigger: bool) -> Finding:
    faults: list[tuple[str, str]] = []
    if not is_required:
        faults.append(("may be null", f"alter table {table} alter column known_at set not null"))
    if not has_trigger:
        ddl = (
            f"create or replace trigger zz_truepoint_known_time before insert on {table} "
            "for each row execute function truepoint.set_known_at()"
        )
        faults.append(
            ("is not set by the clock on insert, so anyone may backdate an event (`truepoint up` installs it)", ddl)
        )
    message = "known_at " + (
        " and ".join(fault for fault, _ in faults) or "is required, and set by the clock on insert"
    )
    return Finding("known times", table, is_ok=not faults, message=message, ddl=tuple(ddl for _, ddl in faults))


def _scale_factor(table: str, factor: float | None) -> Finding:
    is_ok = factor is not None and factor <= HIGHEST_INSERT_SCALE_FACTOR
    given = "is not set" if factor is None else f"is {factor:g}"
    message = f"autovacuum_vacuum_insert_scale_factor {given}"
    if not is_ok:
        message += f"; above {HIGHEST_INSERT_SCALE_FACTOR:g}, fresh rows are fetched from the heap for long"
    ddl = f"alter table {table} set (autovacuum_vacuum_insert_scale_factor = {WANTED_INSERT_SCALE_FACTOR:g})"
    return Finding("settings", table, is_ok=is_ok, message=message, ddl=() if is_ok else (ddl,))
