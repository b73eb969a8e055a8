"""Casts keep the value or raise; those of Arrow alone would wrap."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from truepoint.arrow.casting import cast_exactly, first_failing
from truepoint.arrow.types import NUMERIC, Column
from truepoint.arrow.values import fit_column

LARGEST = "9" * 20 + "." + "9" * 18


@pytest.mark.parametrize(
    "text", ["1" + "0" * 20, "-" + "1" * 21 + ".5", "1e20", "-1e30", "9" * 60, "1e4000", "NaN", "-inf", "x"]
)
def test_a_number_too_large_raises(text: str) -> None:
    values = pa.array(["1", None, text, "2"])
    with pytest.raises(pa.ArrowException):
        cast_exactly(values, NUMERIC)
    assert first_failing(values, NUMERIC) == 2


@pytest.mark.parametrize("text", [LARGEST, "-" + LARGEST, "0" * 30 + "7.50", "+1.", "1e19", "1.5E-3", ".25"])
def test_a_number_that_fits_is_kept(text: str) -> None:
    assert cast_exactly(pa.array([text, None]), NUMERIC).to_pylist() == [Decimal(text), None]


@pytest.mark.parametrize(
    ("given", "numbers", "fits"),
    [
        (pa.decimal128(38, 2), ["9" * 30], False),
        (pa.decimal128(38, 2), ["9" * 20 + ".99", "-" + "9" * 20], True),
        (pa.decimal128(38, 2), ["-1" + "0" * 20], False),
        (pa.decimal256(70, 2), ["9" * 30], False),
        (pa.decimal128(9, 3), ["123456.789"], True),
        (pa.decimal128(38, 38), ["0." + "0" * 20 + "1"], False),
    ],
    ids=str,
)
def test_decimals_of_another_size(given: Any, numbers: list[str], fits: bool) -> None:
    values = pa.array([None, *map(Decimal, numbers)], given)
    column = Column(name="price", database_type="numeric", arrow_type=NUMERIC, is_required=False)
    fitted, problem = fit_column(column, values)
    if fits:
        assert (fitted.to_pylist(), problem) == ([None, *map(Decimal, numbers)], None)
    else:
        assert problem is not None
        assert problem[0] == 1
        assert "price is Decimal(" in problem[1]
        assert "which is no numeric" in problem[1]


def test_a_time_that_python_has_not_is_told() -> None:
    column = Column(name="at", database_type="timestamptz", arrow_type=pa.timestamp("us", "UTC"), is_required=True)
    fitted, problem = fit_column(column, pa.array([0, 2**62], pa.timestamp("s", "UTC")))
    assert fitted is None
    assert problem is not None
    assert problem[0] == 1
