"""The tables of two builds, as before and after a change of the compiler, compared in every bit.

`python -m consistency.builds DSN DSN`: two databases with the same events, in which two versions of the project were
built. Exit status 1 where something differs, 2 where nothing could be compared.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from typing import Annotated, Any, Final

import psycopg
import typer
from psycopg import sql

from consistency.engines import BOOKKEEPING
from consistency.errors import ParityError
from consistency.offline import BUILD_HINT
from truepoint.errors import WarehouseError
from truepoint.postgres.connecting import connect

_TABLES: Final = """
select tables.relname, array_agg(columns.attname::text order by columns.attnum)
from pg_catalog.pg_class as tables
inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
inner join pg_catalog.pg_attribute as columns
    on columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
where schemas.nspname = %s and tables.relkind in ('r', 'p', 'm')
group by tables.relname
having bool_or(columns.attname = 'spine_id')
order by tables.relname
"""
# Rows in the order of their names; each value as the bytes by which Postgres sends it.
_COPY: Final = 'copy (select {columns} from {table} order by spine_id collate "C") to stdout (format binary)'


@dataclass(frozen=True)
class ComparedBuild:
    """A table of both builds. values: all of its values but spine_id. differing: column -> values that differ."""

    name: str
    rows: int
    values: int
    differing: dict[str, int]


def compare_builds(before: str, after: str, schema: str) -> Iterator[ComparedBuild]:
    """Each table of spine rows in `schema` of the database `before` against the one of its name in `after`.

    Raises ParityError where there is none, or where one build lacks a table, a column or a row of the other;
    WarehouseError where a database cannot be reached.
    """
    with closing(connect(before)) as left, closing(connect(after)) as right:
        tables, others = (dict(side.execute(_TABLES, [schema]).fetchall()) for side in (left, right))
        if not tables:
            raise ParityError(f"The first database has no table of spine rows in schema {schema}. {BUILD_HINT}")
        if tables.keys() != others.keys():
            raise ParityError(f"Only one build has the tables {sorted(tables.keys() ^ others.keys())}.")
        for name, columns in tables.items():
            if set(columns) != set(others[name]):
                raise ParityError(f"{name}: only one build has the columns {sorted(set(columns) ^ set(others[name]))}.")
            values = [column for column in columns if column not in ("spine_id", *BOOKKEEPING)]
            yield _compare(left, right, schema, name, values)


def _compare(
    left: "psycopg.Connection[Any]", right: "psycopg.Connection[Any]", schema: str, name: str, columns: list[str]
) -> ComparedBuild:
    if _count_differing(left, right, schema, name, ["spine_id"]):
        raise ParityError(f"{name}: the builds have different rows.")
    counted = left.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))).fetchone()
    rows = counted[0] if counted else 0
    if rows == 0:
        raise ParityError(f"{name} has no rows, so nothing can be compared: that is no pass. {BUILD_HINT}")
    differing = {column: _count_differing(left, right, schema, name, ["spine_id", column]) for column in columns}
    return ComparedBuild(name, rows, rows * len(columns), {column: n for column, n in differing.items() if n})


def _count_differing(
    left: "psycopg.Connection[Any]", right: "psycopg.Connection[Any]", schema: str, name: str, columns: list[str]
) -> int:
    statement = sql.SQL(_COPY).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)), table=sql.Identifier(schema, name)
    )
    with left.cursor() as mine, right.cursor() as other, mine.copy(statement) as ours, other.copy(statement) as theirs:
        # Postgres sends a message for each row, so messages can be held one against the other.
        return sum(bytes(row or b"") != bytes(given or b"") for row, given in zip_longest(ours, theirs))


def main(
    before: Annotated[str, typer.Argument(help="DSN of the database with the first build.")],
    after: Annotated[str, typer.Argument(help="DSN of the database with the second build.")],
    schema: Annotated[str, typer.Option(help="Schema of the tables in both.")] = "truepoint_features",
) -> None:
    """Compare all values of the tables of two builds."""
    values, differing = 0, 0
    try:
        for table in compare_builds(before, after, schema):
            values, differing = values + table.values, differing + sum(table.differing.values())
            typer.echo(
                f"{table.name}: {table.rows:,} rows, {table.values:,} values, differ: {table.differing or 'none'}"
            )
    except (ParityError, WarehouseError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{values:,} values compared, {differing:,} differ.")
    raise typer.Exit(1 if differing else 0)


if __name__ == "__main__":
    typer.run(main)
