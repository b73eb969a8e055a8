"""Compiled statements are written for who must read one in the night."""

from pathlib import Path
from typing import Final

import pytest

from tests.compiler.conftest import DBT_PROJECT
from tests.compiler.probe import add_probe
from tests.dbt_runner import DbtProject
from tests.house.statements import faults

SNAPSHOTS: Final = Path(__file__).parents[1] / "compiler" / "snapshots"
NO_DATABASE: Final = "postgresql://nobody@127.0.0.1:1/truepoint"  # compiling needs none
GOOD: Final = """\
-- truepoint: feature view account_features, version 0123456789abcdef0123456789abcdef
with

-- Events.
events as (
    select * from relation
),

-- Their number.
features as (
    select count(*) as n from events
)

select * from features
"""


@pytest.mark.parametrize("path", sorted(SNAPSHOTS.rglob("*.sql")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_snapshots_are_in_good_form(path: Path) -> None:
    assert not faults(path.read_text("utf-8"))


def test_every_statement_of_the_project_and_the_probe_is_in_good_form(tmp_path: Path) -> None:
    """Every plan and aggregate: feature views, training tables, and statements of services, as one compiles them."""
    add_probe(DBT_PROJECT, tmp_path / "dbt_project")
    project = DbtProject(folder=tmp_path / "dbt_project", dsn=NO_DATABASE, target_path=tmp_path / "target")
    project.run(
        "compile", "--select", "models/features", "path:analyses/online", "path:analyses/training", "training_probe"
    )
    statements = sorted((tmp_path / "target" / "compiled" / "payments").rglob("*.sql"))
    names = {path.stem for path in statements}
    assert {"account_features", "card_fraud", "card_fraud_training", "probe_ordered", "probe_training"} <= names
    assert {path.stem: found for path in statements if (found := faults(path.read_text("utf-8")))} == {}


def test_good_form_is_not_found_faulty() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("-- truepoint: feature view", "-- a view", "the first line says not what it is"),
        ("from events", "from relation", "nothing reads events"),
        ("-- Their number.\n", "", "nothing says what features does"),
        ("count(*)", " + ".join(["count(*)"] * 20), "characters"),
        ("count(*) as n", "count(*)  \n", "ill set"),
        ("from events", "from events\n    cross join lateral (\n    select 1)", "nothing says what the lateral"),
        ("select count(*) as n", "select n from (\n    with\n    x as (\n    )\n    select 1)", "nothing reads x"),
    ],
)
def test_each_fault_is_found(right: str, wrong: str, fault: str) -> None:
    assert right in GOOD
    assert any(fault in found for found in faults(GOOD.replace(right, wrong)))
