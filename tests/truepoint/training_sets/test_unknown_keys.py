"""A spine whose keys no event has is told of: another system's ids give features that are all empty."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import truepoint
from tests.truepoint.training_sets.conftest import Trained
from truepoint.training_sets import SpineWarning


def warnings_of(trained: Trained, spine: Any) -> list[str]:
    told: list[str] = []
    truepoint.training_set(spine, service="card_fraud", settings=trained.settings, on_warning=told.append)
    return told


def with_keys(trained: Trained, name: str, values: Any) -> pa.Table:
    spine = trained.spine().slice(0, 20)
    return spine.set_column(spine.column_names.index(name), name, values(spine.column(name)))


def test_known_keys_are_not_told_of(trained: Trained) -> None:
    assert warnings_of(trained, trained.spine().slice(0, 20)) == []


@pytest.mark.parametrize("key", ["account_id", "merchant_id"])
def test_a_column_of_unknown_keys_is_named_with_examples(trained: Trained, key: str) -> None:
    padded = with_keys(trained, key, lambda keys: pc.binary_join_element_wise(keys, pa.scalar("  "), ""))
    (told,) = warnings_of(trained, padded)
    given = padded.column(key).to_pylist()
    known = {row[key] for row in trained.rows}
    head, example, known_example, tail = told.split("'")[0], told.split("'")[1], told.split("'")[3], told.split("'")[4]
    assert head == f"No {key} of the table is known in the events: it has for example "
    assert example in given
    assert known_example in known
    assert tail == f". Features by {key} are those of a key without events."


def test_one_known_key_is_enough(trained: Trained) -> None:
    spine = with_keys(trained, "account_id", lambda keys: pa.array(["x"] * 19 + keys.to_pylist()[19:]))
    assert warnings_of(trained, spine) == []


def test_null_keys_and_no_rows_are_no_unknown_keys(trained: Trained) -> None:
    assert warnings_of(trained, with_keys(trained, "account_id", lambda keys: pa.nulls(20, pa.string()))) == []
    assert warnings_of(trained, trained.spine().slice(0, 0)) == []


def test_in_python_it_is_a_warning(trained: Trained) -> None:
    spine = with_keys(trained, "merchant_id", lambda keys: pa.array(["x"] * 20))
    with pytest.warns(SpineWarning, match="No merchant_id of the table is known in the events"):
        truepoint.training_set(spine, service="card_fraud", settings=trained.settings)
