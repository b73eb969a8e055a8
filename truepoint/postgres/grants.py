"""What the role of a feature server needs: to read the relations of the compiled statements, also after a dbt run.

dbt makes its views anew, and a new view has no grants. Default privileges of the role that makes them give the grant in
the same instant, so no request falls between the two.
"""

from typing import Any, Final

import psycopg
from psycopg import sql

from truepoint.compiled.registry import Registry, RelationName
from truepoint.errors import WarehouseError

_ROLE: Final = "select exists (select from pg_catalog.pg_roles where rolname = %s)"
# Each asked relation that is there, with its owner: who makes it makes the next one too.
_RELATIONS: Final = """
select schemas.nspname, relations.relname, owners.rolname
from unnest(%(schemas)s::text[], %(names)s::text[]) with ordinality as asked (schema_name, relation_name, place)
inner join pg_catalog.pg_namespace as schemas on schemas.nspname = asked.schema_name
inner join pg_catalog.pg_class as relations
    on relations.relnamespace = schemas.oid and relations.relname = asked.relation_name
inner join pg_catalog.pg_roles as owners on owners.oid = relations.relowner
order by asked.place
"""


def relations_read(registry: Registry) -> list[RelationName]:
    """Every relation that a service's statement reads, each once."""
    return list(
        dict.fromkeys(
            relation.relation_name for service in registry.services.values() for relation in service.relations
        )
    )


def grant_statements(connection: psycopg.Connection[Any], registry: Registry, role: str) -> list[sql.Composed]:
    """The grants that a server needs which connects as `role`. Raises WarehouseError where they could not be given."""
    if connection.execute(_ROLE, [role]).fetchone() != (True,):
        raise WarehouseError(
            f"there is no role {role} in this database's server. Make it: create role \"{role}\" login password '...'."
        )
    wanted = relations_read(registry)
    found = connection.execute(
        _RELATIONS, {"schemas": [name.schema for name in wanted], "names": [name.name for name in wanted]}
    ).fetchall()
    there = {(schema, name) for schema, name, _ in found}
    absent = [str(name) for name in wanted if (name.schema, name.name) not in there]
    if absent:
        raise WarehouseError(
            f"{', '.join(absent)} is read by the compiled statements and is not in this database: run dbt first."
        )
    to = sql.Identifier(role)
    database = sql.Identifier(connection.info.dbname)
    statements = [sql.SQL("grant connect on database {} to {}").format(database, to)]
    usage = sql.SQL("grant usage on schema {} to {}")
    select = sql.SQL("grant select on {} to {}")
    later = sql.SQL("alter default privileges for role {} in schema {} grant select on tables to {}")
    return [
        *statements,
        *(usage.format(sql.Identifier(schema), to) for schema in dict.fromkeys(schema for schema, _, _ in found)),
        *(select.format(sql.Identifier(schema, name), to) for schema, name, _ in found),
        *(
            later.format(sql.Identifier(owner), sql.Identifier(schema), to)
            for owner, schema in dict.fromkeys((owner, schema) for schema, _, owner in found)
        ),
    ]
