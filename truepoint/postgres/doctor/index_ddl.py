"""Statements that make an index without locking writers out, also on a partitioned table; whether they would run."""

import re
from dataclasses import dataclass
from typing import Final

import asyncpg

from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.index_needs import IndexNeed, own_name
from truepoint.postgres.doctor.origins import quoted, unquoted

# The table and its partitions of all levels, parents before children.
_PARTS: Final = """
select
    schemas.nspname::text as schema_name,
    parts.relname::text as table_name,
    parts.relkind = 'p' as is_partitioned,
    parents.relname::text as parent_name,
    coalesce(tree.level, 0) as level
from pg_catalog.pg_class as roots
inner join pg_catalog.pg_namespace as root_schemas on root_schemas.oid = roots.relnamespace
left join lateral pg_catalog.pg_partition_tree(roots.oid) as tree on true  -- no row for a plain table
inner join pg_catalog.pg_class as parts on parts.oid = coalesce(tree.relid::oid, roots.oid)
inner join pg_catalog.pg_namespace as schemas on schemas.oid = parts.relnamespace
left join pg_catalog.pg_class as parents on parents.oid = tree.parentrelid
where root_schemas.nspname = $1 and roots.relname = $2
order by 5, 1, 2
"""
_IS_INVALID: Final = """
select exists (
    select from pg_catalog.pg_index as indexes
    inner join pg_catalog.pg_class as names on names.oid = indexes.indexrelid
    inner join pg_catalog.pg_namespace as schemas on schemas.oid = names.relnamespace
    where schemas.nspname = $1 and names.relname = $2 and not indexes.indisvalid
)
"""
_QUOTED: Final = (
    "select array(select quote_ident(name) from unnest($1::text[]) with ordinality as given (name, n) order by n)"
)


@dataclass(frozen=True)
class Part:
    """The table itself (level 0), or a partition."""

    schema: str
    table: str
    is_partitioned: bool
    parent: str | None
    level: int


async def find_parts(connection: AsyncpgConnection, need: IndexNeed) -> list[Part]:
    """The table of a need, and its partitions."""
    rows = await connection.fetch(_PARTS, need.schema, need.table)
    return [
        Part(row["schema_name"], row["table_name"], row["is_partitioned"], row["parent_name"], row["level"])
        for row in rows
    ]


async def index_statements(connection: AsyncpgConnection, need: IndexNeed, parts: list[Part]) -> tuple[str, ...]:
    """The statements in order. Each may be run again.

    On a partitioned table no index is made concurrently: each partition gets its own, which is then attached to the
    table's; that is valid as soon as all are. Partitions to come get theirs by themselves.
    """
    keys = ", ".join(key if unquoted(key) is not None else f"({key})" for key in need.keys)
    names = await connection.fetchval(_QUOTED, list(need.include))
    columns = f"({keys})" + (f" include ({', '.join(names)})" if names else "")
    statements = []
    for part in parts:
        name, table, schema = await connection.fetchval(_QUOTED, [_name(need, part), part.table, part.schema])
        if part.is_partitioned:
            statements.append(f"create index if not exists {name} on only {schema}.{table} {columns}")
        else:
            if part.level and await connection.fetchval(_IS_INVALID, part.schema, _name(need, part)):
                statements.append(f"drop index concurrently {schema}.{name}")
            statements.append(f"create index concurrently if not exists {name} on {schema}.{table} {columns}")
    by_table = {part.table: part for part in parts}
    for part in sorted(parts, key=lambda part: -part.level):  # leaves first: an index is valid when all its parts are
        if part.parent is not None:
            parent = by_table[part.parent]
            statements.append(
                f"alter index {quoted(parent.schema)}.{quoted(_name(need, parent))} "
                f"attach partition {quoted(part.schema)}.{quoted(_name(need, part))}"
            )
    return tuple(statements)


async def find_fault(connection: AsyncpgConnection, need: IndexNeed) -> str:
    """Say why an index on expressions cannot be made, by making it on a table without rows; '' where it can."""
    if need.is_plain:
        return ""
    keys = ", ".join(f"({key})" for key in need.keys)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(
            f"create temporary table truepoint_doctor (like {quoted(need.schema)}.{quoted(need.table)})"
        )
        await connection.execute(f"create index on pg_temp.truepoint_doctor ({keys})")
    except (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError):
        return ""  # not to be tried here
    except asyncpg.PostgresError as error:
        return re.sub(r"\s+", " ", str(error))
    finally:
        await transaction.rollback()
    return ""


def _name(need: IndexNeed, part: Part) -> str:
    return need.name if part.level == 0 else own_name(part.table, need.keys)
