"""Which indexes a service's views need, on the base tables under their events, whatever staging does to the columns."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import asyncpg

from truepoint.compiled.registry import Index, Service
from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.origins import NAME, Origin, find_origins, unquoted

_LONGEST_NAME_BYTES: Final = 63
_COLUMNS: Final = """
select array(
    select columns.attname::text from pg_catalog.pg_attribute as columns
    where columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
    order by columns.attnum
)
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
where schemas.nspname = $1 and tables.relname = $2
"""


@dataclass(frozen=True)
class IndexNeed:
    """An index on a base table. keys: the entity, then the event time, as expressions; include: columns, likewise."""

    schema: str
    table: str
    keys: tuple[str, ...]
    include: tuple[str, ...]
    name: str

    @property
    def keys_of_table(self) -> tuple[str, str, tuple[str, ...]]:
        """What tells two needs apart."""
        return self.schema, self.table, self.keys

    @property
    def is_plain(self) -> bool:
        """Say whether the keys are columns and no more."""
        return all(unquoted(key) is not None for key in self.keys)

    def named_alone(self) -> "IndexNeed":
        """The same, with a name that no other need has."""
        return replace(self, name=own_name(self.table, self.keys))


def comparable(expression: str) -> str:
    """An expression without parentheses, and without a cast at its end: a plan writes both as it likes.

    Whether an index serves is told by the plan, where it bounds the index's key.
    """
    plain = expression.replace("(", "").replace(")", "").strip()
    return re.sub(r"(?:::[a-z][a-z0-9_ ]*)+$", "", plain)


def own_name(table: str, keys: tuple[str, ...]) -> str:
    """A name that fits, and tells two indexes apart where its first part is cut off."""
    words = re.sub(r"\W+", "_", "_".join((table, *keys))).strip("_").lower()
    digest = hashlib.sha256("\n".join((table, *keys)).encode()).hexdigest()[:8]
    ending = f"_{digest}_online"
    return words.encode()[: _LONGEST_NAME_BYTES - len(ending)].decode(errors="ignore") + ending


async def find_needs(connection: AsyncpgConnection, service: Service) -> list[IndexNeed]:
    """The indexes that would serve the service's views, each once. A view that none can serve needs none."""
    needs: dict[tuple[str, str, tuple[str, ...]], IndexNeed] = {}
    relations = {relation.name: relation for relation in service.relations}
    declared = {name for index in service.indexes for name in index.include}
    for view in service.views:
        relation = relations[view.events]
        columns = (*view.entity, relation.event_time)
        asked = tuple(dict.fromkeys((*columns, *relation.columns, *declared)))
        try:
            origins = await find_origins(connection, relation.relation_name, asked)
        except asyncpg.PostgresError:
            continue  # the relation is a finding of its own
        for origin in origins:
            if all(column in origin.expressions for column in columns):
                there = await connection.fetchval(_COLUMNS, origin.schema, origin.table)
                read = relation.columns if len(origins) > 1 else ()  # of one table, the index says what is read
                need = _need(origin, columns, service.indexes, read, there)
                needs[need.keys_of_table] = _merged(needs.get(need.keys_of_table, need), need)
    return list(needs.values())


def _need(
    origin: Origin, columns: tuple[str, ...], indexes: tuple[Index, ...], read: Iterable[str], there: list[str]
) -> IndexNeed:
    """read: columns of the relation that the index carries along, beside what the service says; there: the table's."""
    keys = tuple(origin.expressions[column] for column in columns)
    plain = tuple(unquoted(key) for key in keys)
    name, carried = own_name(origin.table, keys), list(read)
    for index in indexes:
        table = index.table_name
        if (table.schema, table.name) == (origin.schema, origin.table) and index.keys == plain:
            name, carried = index.name, [*index.include, *read]
    included = [column for given in carried for column in _columns_of(given, origin, there) if column not in plain]
    include = tuple(dict.fromkeys(included)) if None not in plain else ()  # an expression is looked up in the table
    return IndexNeed(origin.schema, origin.table, keys, include, name)


def _columns_of(given: str, origin: Origin, there: list[str]) -> list[str]:
    """The table's columns under a column: itself, or those that a staging model computes it from."""
    if given in origin.expressions:
        names = {unquoted(match) for match in re.findall(NAME, origin.expressions[given])}
        return [column for column in there if column in names]
    return [given] if given in there else []


def _merged(need: IndexNeed, other: IndexNeed) -> IndexNeed:
    """One index that serves both."""
    return replace(need, include=tuple(dict.fromkeys((*need.include, *other.include))))
