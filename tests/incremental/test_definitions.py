"""A table's version changes with all that its rows follow from, and with nothing else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.dbt_runner import DbtProject
from tests.projects import copy_project

TABLES: Final = (
    "spine_transactions",
    "account_device_features",
    "account_features",
    "account_profile",
    "merchant_chargeback_features",
    "merchant_features",
    "transaction_features",
    "training_card_fraud",
)
ALL: Final = set(TABLES)
VERSIONS: Final = (
    f"truepoint-versions: {{% set versions = {{}} %}}{{% for name in {list(TABLES)} if execute %}}"
    "{% do versions.update({name: truepoint._get_table_version(truepoint._get_model(name))}) %}"
    "{% endfor %}{{ tojson(versions) }}"
)

# What changed -> the file, the text in it, what it becomes, and the tables whose rows may be others by that.
CHANGES: Final = {
    "window": (
        "models/features/merchant_features.yml",
        "{aggregate: count, window: 5m}",
        "{aggregate: count, window: 6m}",
        {"merchant_features", "training_card_fraud"},
    ),
    "condition": (
        "models/features/account_features.yml",
        "{aggregate: count, window: 1h}",
        "{aggregate: count, where: is_declined, window: 1h}",
        {"account_features", "transaction_features", "training_card_fraud"},
    ),
    "expression": (
        "models/features/transaction_features.yml",
        "country <> account_home_country",
        "country = account_home_country",
        {"transaction_features", "training_card_fraud"},
    ),
    "staging_column": (
        "models/staging/stg_chargebacks.sql",
        "\n        merchant_id,",
        "\n        lower(merchant_id) as merchant_id,",
        {"merchant_chargeback_features", "training_card_fraud"},
    ),
    "label_parameter": (
        "models/marts/fraud_labels.sql",
        "get_seconds('60d')",
        "get_seconds('30d')",
        {"training_card_fraud"},
    ),
    "compiler": (
        "dbt_packages/truepoint/macros/aggregates/mean.sql",
        "truepoint._units_to_double(partial.total,",
        "truepoint._units_to_double('2 * ' ~ partial.total,",
        {"account_features", "merchant_features", "transaction_features", "training_card_fraud"},
    ),
    "macro_of_a_spine": (
        "dbt_packages/truepoint/macros/contract/settled_time.sql",
        "truepoint._statement_time(), truepoint.get_seconds(truepoint._get_setting('settling_margin'))",
        "truepoint._statement_time(), 2 * truepoint.get_seconds(truepoint._get_setting('settling_margin'))",
        ALL,
    ),
    "description": (
        "models/features/account_features.yml",
        "Spending behaviour of an account.",
        "How an account spends.",
        set(),
    ),
    "list_of_the_service": (
        "models/services.yml",
        "            - merchant_txn_count_5m\n",
        "",
        {"training_card_fraud"},
    ),
    "label_column": (
        "models/marts/fraud_labels.yml",
        "      - name: is_fraud\n",
        "      - name: is_bad\n",
        {"training_card_fraud"},
    ),
    "comment_in_the_compiler": (
        "dbt_packages/truepoint/macros/training/training_distinct.sql",
        "CTEs for one count",
        "The CTEs for one count",
        set(),
    ),
    "label_of_the_service": ("models/services.yml", "    label: Card fraud\n", "    label: Fraud with cards\n", set()),
}  # fmt: skip


def versions(project: DbtProject, target: str = "postgres") -> dict[str, str]:
    """The version of each table, by name. No database is asked."""
    output = project.run("compile", "--inline", VERSIONS, "--target", target)
    line = next(line for line in output.splitlines() if "truepoint-versions: {" in line)
    read: dict[str, str] = json.loads(line[line.index("{") : line.rindex("}") + 1])
    return read


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """A copy of the project, without a database."""
    folder = tmp_path_factory.mktemp("definitions")
    copy_project(folder / "dbt_project")
    return DbtProject(
        folder=folder / "dbt_project",
        dsn="postgresql://nobody@localhost:1/nothing",
        target_path=folder / "target",
    )


@pytest.fixture(scope="module")
def unchanged(project: DbtProject) -> dict[str, str]:
    """The versions of the project as it is."""
    return versions(project)


@pytest.mark.parametrize(("file", "right", "changed", "tables"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_reaches_the_tables_that_depend_on_it(
    project: DbtProject, unchanged: dict[str, str], file: str, right: str, changed: str, tables: set[str]
) -> None:
    path = project.folder / file
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, changed), encoding="utf-8")
    try:
        now = versions(project)
    finally:
        path.write_text(text, encoding="utf-8")
    assert {name for name in TABLES if now[name] != unchanged[name]} == tables


def test_versions_are_the_same_in_every_schema(project: DbtProject, unchanged: dict[str, str], tmp_path: Path) -> None:
    other = replace(project, target_path=tmp_path, variables={"TRUEPOINT_SCHEMA": "elsewhere"})
    assert versions(other) == unchanged
    assert len(set(unchanged.values())) == len(TABLES)


def test_cutting_hot_keys_in_spark_builds_nothing_anew(project: DbtProject, tmp_path: Path) -> None:
    in_spark = replace(project, target_path=tmp_path)
    before = versions(in_spark, "spark")
    path = project.folder / "models" / "features" / "merchant_features.yml"
    text = path.read_text(encoding="utf-8")
    assert "[merchant_id]}" in text
    path.write_text(text.replace("[merchant_id]}", "[merchant_id], hot_key_rows: 1000000}"), encoding="utf-8")
    try:
        assert versions(in_spark, "spark") == before
        in_spark.run("compile", "--target", "spark", "--select", "merchant_features")
    finally:
        path.write_text(text, encoding="utf-8")
    compiled = tmp_path / "compiled" / "payments" / "models" / "features" / "merchant_features.sql"
    assert "hot_keys as (" in compiled.read_text(encoding="utf-8")


def test_compiling_needs_no_database(project: DbtProject) -> None:
    project.run("compile")
    compiled = project.target_path / "compiled" / "payments" / "models" / "features" / "account_features.sql"
    assert "-- truepoint-build: all rows" in compiled.read_text(encoding="utf-8")
