"""Parquet as Spark, Hive and Impala write it: every row and every time as it was, or a refusal that names them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.truepoint.arrow.inputs import INPUTS
from truepoint.arrow.old_times import OldTimes
from truepoint.arrow.parquet_files import open_parquet_rows
from truepoint.errors import DataFileError

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def read(path: Path) -> pa.Table:
    rows = open_parquet_rows(path, path.name)
    table = pa.Table.from_batches(rows.read(), schema=rows.schema)
    table.validate(full=True)
    assert table.num_rows == rows.rows
    return table


def refuse(path: Path, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        read(path)


def write(path: Path, metadata: dict[str, str] | None = None, *, int96: bool = False, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    with pq.ParquetWriter(path, table.schema, use_deprecated_int96_timestamps=int96, store_schema=not int96) as file:
        file.write_table(table)
        file.add_key_value_metadata(metadata or {})
    return path


def put(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


@pytest.mark.parametrize("name", ["labels_int96.parquet", "labels_spark_folder.parquet"])
def test_the_same_labels_are_the_same_however_they_are_written(name: str) -> None:
    assert read(INPUTS / name).equals(read(INPUTS / "labels_plain.parquet"))


def test_int96_is_exact_in_all_years(tmp_path: Path) -> None:
    # In nanoseconds, which INT96 has, 64 bits reach from 1677 to 2262.
    times = [NOON, None, datetime(1, 1, 1, tzinfo=UTC), datetime(1899, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
             datetime(1677, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]  # fmt: skip
    path = write(
        tmp_path / "a.parquet", int96=True, n=[1, 2, 3, 4, 5, 6], as_of=pa.array(times, pa.timestamp("us", "UTC"))
    )
    assert pq.ParquetFile(path).schema.column(1).physical_type == "INT96"
    table = read(path)
    assert table.column("as_of").to_pylist() == times
    assert table.schema.field("as_of").type == pa.timestamp("us", "UTC")


def test_nanoseconds_in_int96_are_refused_rather_than_cut(tmp_path: Path) -> None:
    values = pa.array([1_000, None, 1_001], pa.timestamp("ns"))
    write(tmp_path / "folder" / "part-0.parquet", int96=True, as_of=pa.array([2_000], pa.timestamp("ns")))
    write(tmp_path / "folder" / "part-1.parquet", int96=True, as_of=values)
    refuse(tmp_path / "folder", r"folder, row 4: as_of \(INT96\) has nanoseconds; write it in at most microseconds")


def test_int96_of_impala_is_a_wall_clock() -> None:
    # No writer here makes such a file; Impala says so in `created_by`.
    assert OldTimes(("as_of",), None, ()).in_schema(pa.schema([("as_of", pa.timestamp("ns"))])) == pa.schema(
        [("as_of", pa.timestamp("us"))]
    )


def test_int96_in_a_list_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", int96=True, seen=pa.array([[1]], pa.list_(pa.timestamp("us"))))
    refuse(path, "INT96 times within a list or struct, which are not read: seen")


SPARK_3 = {"org.apache.spark.version": "3.5.5"}


@pytest.mark.parametrize(
    ("metadata", "int96", "fits"),
    [
        (None, True, True),
        (SPARK_3, True, True),
        (SPARK_3 | {"org.apache.spark.legacyINT96": ""}, True, False),
        ({"org.apache.spark.version": "2.4.8"}, True, False),
        ({"org.apache.spark.version": "3.0.3"}, True, False),
        (SPARK_3, False, True),
        (SPARK_3 | {"org.apache.spark.legacyINT96": ""}, False, True),
        (SPARK_3 | {"org.apache.spark.legacyDateTime": ""}, False, False),
        ({"org.apache.spark.version": "2.4.8"}, False, False),
    ],
)
def test_times_before_1900_of_an_old_spark_are_refused(
    metadata: dict[str, str] | None, int96: bool, fits: bool, tmp_path: Path
) -> None:
    times = pa.array([NOON, None, datetime(1899, 12, 31, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    path = write(tmp_path / "a.parquet", metadata, int96=int96, born=times)
    if fits:
        assert read(path).column("born").to_pylist() == times.to_pylist()
    else:
        refuse(path, "a.parquet, row 3: born lies before 1900, by the old calendar of Spark 2")
    later = pa.array([datetime(1900, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    assert read(write(path, metadata, int96=int96, born=later)).column("born").to_pylist() == later.to_pylist()


def test_days_before_the_gregorian_calendar_of_an_old_spark_are_refused(tmp_path: Path) -> None:
    days = pa.array([date(1582, 10, 15), date(1582, 10, 14)])
    path = write(tmp_path / "a.parquet", {"org.apache.spark.version": "2.4.8"}, born=days)
    refuse(path, "row 2: born lies before 1582-10-15")
    assert read(write(path, SPARK_3, born=days)).column("born").to_pylist() == days.to_pylist()


def test_a_folder_is_read_in_the_order_of_its_files_and_hidden_ones_are_not(tmp_path: Path) -> None:
    labels = tmp_path / "labels.parquet"
    write(labels / "part-00002.snappy.parquet", n=[5])
    write(labels / "part-00000.snappy.parquet", n=[1, 2])
    write(labels / "part-00001.snappy.parquet", n=pa.array([], pa.int64()))
    write(labels / "part-00001b", n=[3, 4])  # as Hive names files
    for hidden in ("_SUCCESS", ".part-00000.snappy.parquet.crc", "_metadata", ".hidden/part-0.parquet"):
        put(labels / hidden, b"not data")
    assert read(labels).to_pydict() == {"n": [1, 2, 3, 4, 5]}


def test_folders_names_are_columns(tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    write(labels / "day=2026-01-02" / "country=EE" / "part-0.parquet", n=[3])
    write(labels / "day=2026-01-01" / "country=a%2Fb%20c" / "part-0.parquet", n=[1])
    write(labels / "day=2026-01-01" / "country=__HIVE_DEFAULT_PARTITION__" / "part-0.parquet", n=[0])
    rows = open_parquet_rows(labels, "labels")
    assert rows.partitions == {"day", "country"}
    assert read(labels).to_pydict() == {
        "n": [0, 1, 3],
        "day": ["2026-01-01", "2026-01-01", "2026-01-02"],
        "country": [None, "a/b c", "EE"],
    }


def test_folders_without_values_in_their_names_are_read_too(tmp_path: Path) -> None:
    write(tmp_path / "labels" / "2026" / "01" / "part-0.parquet", n=[1])
    write(tmp_path / "labels" / "2026" / "02" / "part-0.parquet", n=[2])
    assert read(tmp_path / "labels").to_pydict() == {"n": [1, 2]}


def test_files_that_differ_in_order_and_in_unknown_types_are_one_table(tmp_path: Path) -> None:
    write(tmp_path / "labels" / "0.parquet", a=pa.nulls(1), b=["x"])
    write(tmp_path / "labels" / "1.parquet", b=["y"], a=[7])
    assert read(tmp_path / "labels").to_pylist() == [{"a": None, "b": "x"}, {"a": 7, "b": "y"}]


Make = Callable[[Path], object]
FOLDERS: dict[str, tuple[Make, str]] = {
    "empty": (folder, "labels is a folder without a Parquet file in it"),
    "only hidden files": (lambda f: put(f / "_SUCCESS"), "without a Parquet file"),
    "CSV": (
        lambda f: (write(f / "0.parquet", n=[1]), put(f / "1.csv", b"n\n1\n")),
        "labels is a folder, and 1.csv in it is no Parquet file",
    ),
    "a file cut to nothing": (
        lambda f: (write(f / "0.parquet", n=[1]), put(f / "1.parquet")),
        "1.parquet in it is no Parquet file",
    ),
    "a file cut in the middle": (
        lambda f: put(f / "1.parquet", write(f / "0.parquet", n=[1]).read_bytes()[:90]),
        "labels: 1.parquet cannot be read as Parquet",
    ),
    "another column": (
        lambda f: (write(f / "0.parquet", a=[1]), write(f / "1.parquet", a=[1], b=[1])),
        "labels is not one table: 0.parquet names its columns, and 1.parquet has b beside them",
    ),
    "a column less": (
        lambda f: (write(f / "0.parquet", a=[1], b=[1]), write(f / "1.parquet", a=[1])),
        "1.parquet lacks b",
    ),
    "another type": (
        lambda f: (write(f / "0.parquet", a=[1]), write(f / "1.parquet", a=["1"])),
        "column a is int64 in 0.parquet, and string in 1.parquet",
    ),
    "a column in both": (
        lambda f: write(f / "a=1" / "0.parquet", a=[1]),
        "labels has column a both in its files and as its folders' names",
    ),
    "partly in folders": (
        lambda f: (write(f / "a=1" / "0.parquet", n=[1]), write(f / "b.parquet", n=[1])),
        "0.parquet lies in folders of a, and b.parquet in folders of none",
    ),
    "a Delta table": (
        lambda f: (write(f / "0.parquet", n=[1]), folder(f / "_delta_log")),
        r"labels is a Delta table, whose log says which of the files count \(_delta_log\)",
    ),
    "a Hudi table": (lambda f: (write(f / "0.parquet", n=[1]), folder(f / ".hoodie")), "is a Hudi table"),
    "an Iceberg table": (
        lambda f: (
            write(f / "data" / "0.parquet", n=[1]),
            put(f / "metadata" / "v1.metadata.json", b"{}")
        ),
        "v1.metadata.json in it is no Parquet file",
    ),
    "a Spark stream": (lambda f: (write(f / "0.parquet", n=[1]), folder(f / "_spark_metadata")), "Spark stream"),
    "a job that runs": (lambda f: (write(f / "0.parquet", n=[1]), folder(f / "_temporary")), "is not whole"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "message"), FOLDERS.values(), ids=FOLDERS.keys())
def test_a_folder_that_is_not_one_table_is_refused(make: Make, message: str, tmp_path: Path) -> None:
    make(tmp_path / "labels")
    refuse(tmp_path / "labels", message)
