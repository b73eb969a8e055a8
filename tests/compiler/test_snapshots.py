"""Compiled SQL as it is meant to be read: what changes in it is seen in review.

`TRUEPOINT_UPDATE_SNAPSHOTS=1 pytest tests/compiler/test_snapshots.py` writes the files in snapshots/ anew.
"""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.compiler.conftest import DBT_PROJECT
from tests.compiler.probe import add_probe, add_view, amounts, count
from tests.dbt_runner import DbtProject

SNAPSHOTS: Final = Path(__file__).parent / "snapshots"
NO_DATABASE: Final = "postgresql://nobody@127.0.0.1:1/truepoint"  # compiling needs none
STATEMENTS: Final = {
    "postgres": (
        "models/features/account_features",
        "models/features/account_profile",
        "models/features/merchant_features",
        "models/features/transaction_features",
        "models/features/probe_ordered_chargeback",
        "models/marts/training_card_fraud",
        "analyses/online/card_fraud",
    ),
    "spark": (
        "models/features/account_features",
        "models/features/account_profile",
        "models/features/probe_ordered_chargeback",
        "models/features/hot_merchant",
    ),
}
HOT_MERCHANT: Final = {"hot_count_1h": count("1h"), "hot_sum_24h_delayed_7d": amounts("sum", "24h", offset="7d")}


@pytest.fixture(scope="module", params=STATEMENTS)
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A target, and the folder of the project's statements as compiled for it, with the probe's views beside them."""
    folder = tmp_path_factory.mktemp(request.param)
    add_probe(DBT_PROJECT, folder / "dbt_project")
    features = folder / "dbt_project" / "models" / "features"
    add_view(features, "hot_merchant", ["merchant_id"], "stg_transactions", HOT_MERCHANT, hot_key_rows=1_000_000)
    project = DbtProject(folder=folder / "dbt_project", dsn=NO_DATABASE, target_path=folder / "target")
    names = [Path(statement).name for statement in STATEMENTS[request.param]]
    project.run("compile", "--target", request.param, "--select", *names)
    return request.param, folder / "target" / "compiled" / "payments"


def test_compiled_statements_are_those_of_the_snapshots(compiled: tuple[str, Path]) -> None:
    target, folder = compiled
    changed = []
    for statement in STATEMENTS[target]:
        text = (folder / f"{statement}.sql").read_text(encoding="utf-8").strip() + "\n"
        snapshot = SNAPSHOTS / target / f"{Path(statement).name}.sql"
        if "TRUEPOINT_UPDATE_SNAPSHOTS" in os.environ:
            snapshot.parent.mkdir(parents=True, exist_ok=True)
            snapshot.write_text(text, encoding="utf-8")
        elif not snapshot.exists() or snapshot.read_text(encoding="utf-8") != text:
            changed.append(f"{target}: {statement}")
    assert not changed, f"{changed}: read the difference, then set TRUEPOINT_UPDATE_SNAPSHOTS=1"


@pytest.mark.parametrize(
    ("target", "statement"),
    [(target, statement) for target, statements in STATEMENTS.items() for statement in statements],
)
def test_no_line_of_a_snapshot_is_ill_set(target: str, statement: str) -> None:
    lines = (SNAPSHOTS / target / f"{Path(statement).name}.sql").read_text(encoding="utf-8").splitlines()
    ill_set = [
        number
        for number, line in enumerate(lines, start=1)
        if line != line.rstrip() or "\t" in line or (line == "" and number < len(lines) and lines[number] == "")
    ]
    assert not ill_set
