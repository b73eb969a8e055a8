"""The offline side: a sample of a service's training table, streamed by a server-side cursor."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from consistency.errors import ParityError
from consistency.times_beyond import read_times_beyond
from truepoint.compiled.registry import Service
from truepoint.postgres.connecting import connect_async

BUILD_HINT: Final = "Build it: run `dbt build` in the dbt project."

COLUMN_TYPES: Final = """
select attribute.attname, format_type(coalesce(nullif(types.typbasetype, 0), types.oid), null)
from pg_attribute as attribute
inner join pg_type as types on types.oid = attribute.atttypid
where attribute.attrelid = to_regclass(%s) and attribute.attnum > 0 and not attribute.attisdropped
"""
# A separator keeps row "1" of seed 23 apart from row "12" of seed 3; spine_id settles the (unlikely) equal digests.
SAMPLE: Final = """
select {columns}
from {table} as training
order by md5(training.spine_id || ':' || %s) collate "C", training.spine_id collate "C"
limit %s
"""
DUPLICATES: Final = """
select training.spine_id, count(*)
from {table} as training
group by training.spine_id
having count(*) > 1
order by training.spine_id
limit 3
"""
_TYPE_NAMES: Final = {"timestamp with time zone": "timestamptz", "character varying": "text"}


def type_as_defined(type_name: str) -> str:
    """As definitions name it: what format_type() gives, of an element where it is an array."""
    element = type_name.removesuffix("[]")
    return _TYPE_NAMES.get(element, element) + type_name[len(element) :]


@dataclass(frozen=True)
class OfflineSample:
    """A deterministic sample of a training table, open for reading.

    rows: rows in the sample (all rows of the table where fewer were there than asked for).
    columns: names of the columns of each tuple read; last, for each view, whether the events hold the row's key.
    """

    rows: int
    columns: tuple[str, ...]
    _cursor: psycopg.AsyncServerCursor[tuple[Any, ...]]

    async def read(self, size: int) -> list[tuple[Any, ...]]:
        """The next at most `size` rows; empty at the end."""
        return await self._cursor.fetchmany(size)


def sampled_columns(service: Service) -> dict[str, str]:
    """Columns read of the training table, and the type each must have."""
    parameters = {parameter.name: parameter.type for parameter in service.parameters}
    return {"spine_id": "text", **parameters, **{feature.name: feature.type for feature in service.features}}


@asynccontextmanager
async def open_sample(dsn: str, service: Service, *, table: str, rows: int, seed: int) -> AsyncIterator[OfflineSample]:
    """Open a sample of `table` (quoted relation name), the same `rows` rows for a `seed` while the table is the same.

    Raises ParityError where the table is absent, lacks a column, has one of another type, has a spine_id twice, or is
    empty; WarehouseError where the database cannot be reached.
    """
    wanted = sampled_columns(service)
    async with await connect_async(dsn, session={"TimeZone": "UTC", "DateStyle": "ISO"}) as connection:
        # One snapshot for counting and reading: a build in between must not mix two tables.
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        read_times_beyond(connection)
        relation = sql.SQL(table)  # quoted by dbt, from the manifest
        try:
            await _check_columns(connection, table, wanted)
            await _check_unique(connection, table, relation)
            count = await (await connection.execute(sql.SQL("select count(*) from {}").format(relation))).fetchone()
        except psycopg.errors.FeatureNotSupported as error:
            raise ParityError(f"{table} is in another database than this one: {error.diag.message_primary}.") from error
        total = min(rows, count[0] if count else 0)
        if total == 0:
            raise ParityError(f"{table} has no rows, so nothing can be compared: that is no pass. {BUILD_HINT}")
        selected = [
            *(sql.Identifier("training", column) for column in wanted),
            *(sql.SQL(view.known_key) for view in service.views),  # by the compiler, from the manifest
        ]
        statement = sql.SQL(SAMPLE).format(table=relation, columns=sql.SQL(", ").join(selected))
        async with connection.cursor(name="offline") as cursor:
            await cursor.execute(statement, (str(seed), rows), binary=True)
            columns = (*wanted, *(view.found for view in service.views))
            yield OfflineSample(rows=total, columns=columns, _cursor=cursor)


async def _check_columns(connection: "psycopg.AsyncConnection[Any]", table: str, wanted: dict[str, str]) -> None:
    rows: Sequence[tuple[str, str]] = await (await connection.execute(COLUMN_TYPES, (table,))).fetchall()
    if not rows:
        raise ParityError(f"The training table {table} is not in the database. {BUILD_HINT}")
    actual = {name: type_as_defined(type_name) for name, type_name in rows}
    mistakes = [
        f"{name} is {actual[name]}, the definition says {type_name}" if name in actual else f"{name} is missing"
        for name, type_name in wanted.items()
        if actual.get(name) != type_name
    ]
    if mistakes:
        raise ParityError(
            f"The training table {table} does not fit the definitions: {'; '.join(mistakes)}. {BUILD_HINT}"
        )


async def _check_unique(connection: "psycopg.AsyncConnection[Any]", table: str, relation: sql.SQL) -> None:
    twice = await (await connection.execute(sql.SQL(DUPLICATES).format(table=relation))).fetchall()
    if twice:
        shown = ", ".join(f"{spine_id} ({count} times)" for spine_id, count in twice)
        raise ParityError(f"The training table {table} must hold each spine_id once; it holds {shown}.")
