"""Reading what dbt's manifest says beside its statements."""

import json
from pathlib import Path
from typing import Any

import pytest

from truepoint.compiled.manifest import mutable_columns

MODEL = {
    "resource_type": "model",
    "relation_name": '"shop"."staged"."orders"',
    "raw_code": "select order_id, amount, status_code from {{ source('shop', 'orders') }}",
}


def append_only(mutable: object, **more: str) -> dict[str, Any]:
    metadata = {"name": "append_only", "namespace": "truepoint", "kwargs": {"mutable": mutable}, **more}
    return {"resource_type": "test", "attached_node": "model.corner.orders", "test_metadata": metadata}


@pytest.mark.parametrize(
    ("test", "columns"),
    [
        (append_only(["status"]), {"status"}),
        (append_only(["status", "Amount"]), {"status"}),
        (append_only([]), set()),
        (append_only("{{ var('mutable') }}"), set()),
        (append_only(["status"], namespace="other"), None),
        (append_only(["status"], name="unique"), None),
    ],
    ids=["named", "read by the model", "none", "not a list", "of another package", "another test"],
)
def test_mutable_columns_are_those_that_the_test_names_and_the_model_does_not(
    tmp_path: Path, test: dict[str, Any], columns: set[str] | None
) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": {"model.corner.orders": MODEL, "test.corner.a": test}}), encoding="utf-8")
    assert mutable_columns(path) == ({} if columns is None else {'"shop"."staged"."orders"': columns})
