"""Relations that statements read, as the catalogue shows them."""

from typing import Final

# One row per name asked for; is_there is false when nothing has that name. Of each column: its name, and its type by
# three names: as it is shown, with its precision, and alone. Of a domain the latter two are those of its base type.
RELATIONS: Final = """
select
    asked.place,
    current_database() as database,
    current_user::text as role,
    found.oid is not null as is_there,
    coalesce(has_schema_privilege(schemas.oid, 'usage'), false)
    and coalesce(has_table_privilege(found.oid, 'select'), false) as is_readable,
    array(
        with recursive columns as (
            select
                attnum as place,
                attname::text as name,
                format_type(atttypid, atttypmod) as shown,
                atttypid as type,
                atttypmod as modifier
            from pg_catalog.pg_attribute
            where attrelid = found.oid and attnum > 0 and not attisdropped
            union all
            select columns.place, columns.name, columns.shown, domains.typbasetype, domains.typtypmod
            from columns
            inner join pg_catalog.pg_type as domains
                on domains.oid = columns.type and domains.typtype = 'd'
        )
        select array[
            columns.name,
            columns.shown,
            format_type(columns.type, columns.modifier),
            case when types.typtype = 'e' then 'enum' else format_type(columns.type, null) end
        ]
        from columns
        inner join pg_catalog.pg_type as types
            on types.oid = columns.type
        where types.typtype <> 'd'
        order by columns.place
    ) as columns
from unnest($1::text[], $2::text[]) with ordinality as asked (schema_name, relation_name, place)
left join pg_catalog.pg_namespace as schemas on schemas.nspname = asked.schema_name
left join pg_catalog.pg_class as found
    on found.relnamespace = schemas.oid
    and found.relname = asked.relation_name
    and found.relkind in ('r', 'p', 'v', 'm', 'f')
order by asked.place
"""
