"""Tables of two engines that differ in one bit, one null, one row or one column are told apart."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from consistency.engines import compare_tables
from consistency.errors import ParityError

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
TABLE: Final = """
create schema features;
create table features.small (
    spine_id text, as_of timestamptz, n bigint, mean double precision, is_new boolean, total numeric,
    countries text[], table_version text
);
insert into features.small values
    ('b', '2026-01-01Z', 9007199254740993, 0.1, null, 12, array['EE', null], 'v'),
    ('B', '2026-01-01Z', null, '-0', true, 10000000000000000000000000, null, 'v'),
    ('\u00e9', '2026-01-01Z', 0, null, false, null, array['FI'], 'v');
"""
SPARK: Final[Mapping[str, tuple[pa.DataType, list[Any]]]] = {
    "spine_id": (pa.string(), ["\u00e9", "b", "B"]),
    "as_of": (pa.timestamp("us", tz="UTC"), [AT, AT, AT]),
    "n": (pa.int64(), [0, 2**53 + 1, None]),
    "mean": (pa.float64(), [None, 0.1, -0.0]),
    "is_new": (pa.bool_(), [False, None, True]),
    "total": (pa.decimal128(38, 0), [None, Decimal(12), Decimal(10) ** 25]),
    "countries": (pa.list_(pa.string()), [["FI"], ["EE", None], None]),
}


def write_spark(folder: Path, **changes: list[Any]) -> Path:
    """Spark's side of the table, with the values of some columns changed."""
    (folder / "small").mkdir(exist_ok=True)
    columns = {name: pa.array(changes.get(name, values), type_) for name, (type_, values) in SPARK.items()}
    pq.write_table(pa.table(columns), folder / "small" / "part-0.parquet")
    return folder


@pytest.fixture
def features_dsn(database_dsn: str) -> str:
    with psycopg.connect(database_dsn) as connection:
        connection.execute(TABLE)
    return database_dsn


def test_equal_tables_do_not_differ(features_dsn: str, tmp_path: Path) -> None:
    (table,) = compare_tables(features_dsn, "features", write_spark(tmp_path))
    assert (table.name, table.rows, table.values, table.differing) == ("small", 3, 18, {})


def test_a_time_that_python_has_not_differs(features_dsn: str, tmp_path: Path) -> None:
    with psycopg.connect(features_dsn) as connection:
        connection.execute("update features.small set as_of = 'infinity' where spine_id = 'b'")
    (table,) = compare_tables(features_dsn, "features", write_spark(tmp_path))
    assert table.differing == {"as_of": 1}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("n", [0, 2**53, None]),
        ("n", [0, 2**53 + 1, 0]),
        ("mean", [None, 0.1, 0.0]),
        ("mean", [None, 0.10000000000000002, -0.0]),
        ("is_new", [False, False, True]),
        ("total", [None, Decimal(12), Decimal(10) ** 25 + 1]),
        ("countries", [["FI"], ["EE"], None]),
        ("countries", [["FI"], ["EE", None], []]),
        ("as_of", [AT, AT, AT.replace(microsecond=1)]),
    ],
)
def test_one_value_that_differs_is_found(features_dsn: str, tmp_path: Path, column: str, values: list[Any]) -> None:
    (table,) = compare_tables(features_dsn, "features", write_spark(tmp_path, **{column: values}))
    assert table.differing == {column: 1}


def test_other_rows_are_no_verdict(features_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(ParityError, match="different rows"):
        list(compare_tables(features_dsn, "features", write_spark(tmp_path, spine_id=["b", "B", "c"])))


def test_more_rows_in_spark_are_no_verdict(features_dsn: str, tmp_path: Path) -> None:
    write_spark(tmp_path)
    pq.write_table(pq.read_table(tmp_path / "small").slice(0, 1), tmp_path / "small" / "part-1.parquet")
    with psycopg.connect(features_dsn) as connection:
        connection.execute("delete from features.small where spine_id <> 'B'")
    with pytest.raises(ParityError, match="Postgres has 1 rows, Spark 4"):
        list(compare_tables(features_dsn, "features", tmp_path))


def test_a_column_that_one_engine_lacks_is_no_verdict(features_dsn: str, tmp_path: Path) -> None:
    with psycopg.connect(features_dsn) as connection:
        connection.execute("alter table features.small drop column mean")
    with pytest.raises(ParityError, match="Postgres has the columns"):
        list(compare_tables(features_dsn, "features", write_spark(tmp_path)))


def test_a_folder_without_tables_is_no_pass(features_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(ParityError, match="holds no table"):
        list(compare_tables(features_dsn, "features", tmp_path))


def test_a_table_that_postgres_lacks_is_no_verdict(features_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(ParityError, match="small: Postgres has no such table in schema others"):
        list(compare_tables(features_dsn, "others", write_spark(tmp_path)))
