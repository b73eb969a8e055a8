"""What the benchmark calls a difference."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.training.comparing import Comparison, compare
from benchmarks.training.features import VIEWS, read_features
from benchmarks.training.tables import ARROW_TYPES

ROWS = 5


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Values of five rows of both views."""
    folder = tmp_path / "reference"
    folder.mkdir()
    for view in VIEWS:
        columns = {"spine_id": pa.array([f"t-{row:09}" for row in range(ROWS)])}
        for feature in read_features(view):
            columns[feature.name] = pa.array([row + 1 for row in range(ROWS)]).cast(ARROW_TYPES[feature.type])
        pq.write_table(pa.table(columns), folder / f"{view}.parquet")
    return folder


def changed(reference: Path, column: str, row: int, value: object) -> Path:
    """A copy of `reference` with one value of view account changed."""
    folder = reference.with_name("contender")
    folder.mkdir()
    for view in VIEWS:
        table = pq.read_table(reference / f"{view}.parquet")
        if column in table.column_names and view == VIEWS[0]:
            values = table[column].to_pylist()
            values[row] = value
            place = table.schema.get_field_index(column)
            field = table.schema.field(place)
            table = table.set_column(place, field, pa.array(values, field.type))
        pq.write_table(table, folder / f"{view}.parquet")
    return folder


EQUAL = Comparison(values=ROWS * 12, differing=0, beyond_rounding=0, lost=0, extra=0)


def test_equal_values_do_not_differ(reference: Path) -> None:
    assert compare(changed(reference, "account_count_1h", 0, 1), reference) == EQUAL


@pytest.mark.parametrize(
    ("column", "value", "beyond_rounding"),
    [
        ("account_mean_30d", float(np.nextafter(2.0, 3.0)), 0),
        ("account_mean_30d", 2.1, 1),
        ("account_mean_30d", None, 1),
        ("account_sum_24h", 3, 1),
    ],
    ids=["one bit", "a tenth", "null", "a whole number"],
)
def test_one_value_differs(reference: Path, column: str, value: object, beyond_rounding: int) -> None:
    found = compare(changed(reference, column, 1, value), reference)
    assert found == Comparison(ROWS * 12, differing=1, beyond_rounding=beyond_rounding, lost=0, extra=0)


def test_a_row_of_no_spine_row_is_lost(reference: Path) -> None:
    found = compare(changed(reference, "spine_id", 1, "t-000000099"), reference)
    assert found == Comparison(ROWS * 12 - 6, differing=0, beyond_rounding=0, lost=1, extra=0)


def test_a_row_given_twice_is_extra(reference: Path) -> None:
    found = compare(changed(reference, "spine_id", 1, "t-000000000"), reference)
    assert found == Comparison(ROWS * 12 - 6, differing=0, beyond_rounding=0, lost=0, extra=1)
