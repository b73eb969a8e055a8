"""How many values differ between two contenders, bit for bit, on the rows that both did."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq

from benchmarks.training.features import VIEWS, read_features

Array = np.ndarray[Any, Any]

ROUNDING: Final = 1e-9  # a relative difference below it may be one of rounding alone


@dataclass(frozen=True)
class Comparison:
    """How one contender's values compare with another's.

    values: compared. differing: not equal in every bit. beyond_rounding: of these, null on one side, or off by more
    than ROUNDING. lost: rows that the other has not. extra: rows given more than once.
    """

    values: int
    differing: int
    beyond_rounding: int
    lost: int
    extra: int

    def __add__(self, other: "Comparison") -> "Comparison":
        mine, theirs = vars(self).values(), vars(other).values()
        return Comparison(*(left + right for left, right in zip(mine, theirs, strict=True)))


def compare(folder: Path, reference: Path) -> Comparison:
    """What a contender left in its work folder, against what another left in `reference`.

    Only rows that the contender did are compared.
    """
    total = Comparison(0, 0, 0, 0, 0)
    for view in VIEWS:
        total += _compare_view(folder / f"{view}.parquet", reference / f"{view}.parquet", view)
    return total


def _compare_view(path: Path, reference_path: Path, view: str) -> Comparison:
    mine, reference = pq.read_table(path), pq.read_table(reference_path)
    ids, first = np.unique(_ids(mine), return_index=True)
    reference_ids, reference_first = np.unique(_ids(reference), return_index=True)
    _, left, right = np.intersect1d(ids, reference_ids, assume_unique=True, return_indices=True)
    rows, reference_rows = mine.take(first[left]), reference.take(reference_first[right])
    differing = beyond = 0
    for feature in read_features(view):
        is_different, is_beyond = _differences(rows[feature.name], reference_rows[feature.name])
        differing, beyond = differing + int(is_different.sum()), beyond + int(is_beyond.sum())
    return Comparison(
        values=len(left) * len(read_features(view)),
        differing=differing,
        beyond_rounding=beyond,
        lost=len(ids) - len(left),
        extra=mine.num_rows - len(ids),
    )


def _ids(table: Any) -> Array:
    """The numbers of ids such as t-000000017."""
    texts = table["spine_id"].combine_chunks()
    return np.char.partition(texts.to_numpy(zero_copy_only=False).astype(str), "-")[:, 2].astype(np.int64)


def _differences(left: Any, right: Any) -> tuple[Array, Array]:
    """Masks of the values that differ in any bit, and of those that differ by more than rounding."""
    left_null, right_null = (column.is_null().to_numpy() for column in (left, right))
    left_values, right_values = (column.fill_null(0).to_numpy() for column in (left, right))
    one_null, neither = left_null != right_null, ~(left_null | right_null)
    if left_values.dtype == right_values.dtype == np.float64:
        is_unequal = left_values.view(np.int64) != right_values.view(np.int64)
    else:
        is_unequal = left_values != right_values
    size = np.maximum(np.abs(left_values.astype(float)), np.abs(right_values.astype(float)))
    is_far = ~(np.abs(left_values.astype(float) - right_values.astype(float)) <= ROUNDING * size)
    return one_null | (neither & is_unequal), one_null | (neither & is_unequal & is_far)
