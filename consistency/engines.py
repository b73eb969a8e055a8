"""All values of the tables that dbt built in Postgres and in Spark, compared exactly.

`python -m consistency.engines SPARK_TABLES`, where SPARK_TABLES is the folder of a schema's tables, such as
.truepoint/spark/tables/truepoint_features.db. Exit status 1 where something differs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import psycopg
import pyarrow.parquet as pq
import typer
from psycopg import sql

from consistency.columns import SUPPORTED_TYPES, differs, exact_column
from consistency.errors import ParityError
from consistency.offline import BUILD_HINT, COLUMN_TYPES, type_as_defined
from consistency.times_beyond import read_times_beyond
from truepoint.postgres.connecting import connect
from truepoint.postgres.warehouse import running_dsn
from truepoint.settings import Settings

BOOKKEEPING: Final = ("table_version", "table_epoch")  # digest of the engine's own SQL, and the epoch

CHUNK_ROWS: Final = 50_000


@dataclass(frozen=True)
class ComparedTable:
    """A table of both engines. values: all of its values but spine_id. differing: column -> values that differ."""

    name: str
    rows: int
    values: int
    differing: dict[str, int]


def compare_tables(dsn: str, schema: str, folder: Path) -> Iterator[ComparedTable]:
    """Each table that lies in `folder` as Parquet, against the one of its name in Postgres' `schema`.

    Raises ParityError where there is none, or where one has other rows or columns than the other.
    """
    names = sorted(path.name for path in folder.glob("*/") if any(path.glob("*.parquet")))
    if not names:
        raise ParityError(f"{folder} holds no table: give the folder of a schema, such as truepoint_features.db.")
    with connect(dsn, session={"TimeZone": "UTC", "DateStyle": "ISO"}) as connection:
        read_times_beyond(connection)
        for name in names:
            yield _compare_table(connection, schema, name, folder / name)


def _compare_table(connection: "psycopg.Connection[Any]", schema: str, name: str, path: Path) -> ComparedTable:
    relation = sql.Identifier(schema, name)
    found = connection.execute(COLUMN_TYPES, [relation.as_string(connection)]).fetchall()
    if not found:
        raise ParityError(f"{name}: Postgres has no such table in schema {schema}. {BUILD_HINT}")
    types = {column: type_as_defined(type_name) for column, type_name in found if column not in BOOKKEEPING}
    spark = pq.read_table(path)
    spark = spark.select([column for column in spark.column_names if column not in BOOKKEEPING])
    if set(types) != set(spark.column_names) or "spine_id" not in types:
        raise ParityError(f"{name}: Postgres has the columns {sorted(types)}, Spark {sorted(spark.column_names)}.")
    if unknown := {column: type_name for column, type_name in types.items() if type_name not in SUPPORTED_TYPES}:
        raise ParityError(f"{name}: these types cannot be compared: {unknown}.")
    spark = spark.sort_by("spine_id")  # by bytes
    differing = dict.fromkeys(types, 0)
    rows = 0
    with connection.cursor(name="engines") as cursor:
        columns = sql.SQL(", ").join(map(sql.Identifier, types))
        cursor.execute(sql.SQL('select {} from {} order by spine_id collate "C"').format(columns, relation))
        while chunk := cursor.fetchmany(CHUNK_ROWS):
            theirs = spark.slice(rows, len(chunk))
            rows += len(chunk)
            for (column, type_name), mine in zip(types.items(), zip(*chunk, strict=True), strict=True):
                given = theirs[column].to_pylist()
                if column == "spine_id" and list(mine) != given:
                    raise ParityError(f"{name}: Postgres and Spark have different rows.")
                postgres, other = exact_column(mine, type_name), exact_column(given, type_name)
                differing[column] += int(differs(postgres, other, type_name).sum())
    if rows != spark.num_rows:
        raise ParityError(f"{name}: Postgres has {rows} rows, Spark {spark.num_rows}.")
    return ComparedTable(name, rows, rows * (len(types) - 1), {column: n for column, n in differing.items() if n})


def main(
    spark_tables: Annotated[Path, typer.Argument(help="Folder of the schema's tables in Spark.", exists=True)],
    schema: Annotated[str, typer.Option(help="Schema of the tables in Postgres.")] = "truepoint_features",
) -> None:
    """Compare all values of the tables that dbt built in Postgres and in Spark."""
    values = differing = 0
    dsn = running_dsn(Settings())
    if dsn is None:
        typer.echo("No database runs. Start it with `truepoint up`, or set TRUEPOINT_DSN.", err=True)
        raise typer.Exit(2)
    try:
        for table in compare_tables(dsn, schema, spark_tables):
            values, differing = values + table.values, differing + sum(table.differing.values())
            typer.echo(
                f"{table.name}: {table.rows:,} rows, {table.values:,} values, differ: {table.differing or 'none'}"
            )
    except ParityError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{values:,} values compared, {differing:,} differ.")
    raise typer.Exit(1 if differing else 0)


if __name__ == "__main__":
    typer.run(main)
