"""What a project may set: mistyped vars are refused; a view is a versioned table wherever its file lies."""

import json
import re
from pathlib import Path

import pytest

from tests.dbt_processes import run_apart
from tests.projects import copy_project, macros_of

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("truepoint_settling_margin", 300),
        ("truepoint_settling_margin", "-5m"),
        ("truepoint_training_work_mem", "256"),
        ("truepoint_parity_rows", True),
    ],
)
def test_a_mistyped_var_is_refused(name: str, given: object, tmp_path: Path) -> None:
    result = run_apart(DBT_PROJECT, tmp_path / "target", "compile", "--vars", json.dumps({name: given}))
    assert not result.is_success
    assert f"dbt_project.yml: var {name} is {json.dumps(given)} (allowed: a whole number above 0" in result.output


def test_a_misspelt_var_is_refused(tmp_path: Path) -> None:
    given = {
        "truepoint_setling_margin": "1h",
        "truepoint_margin": "1h",
        "trupoint_parity_rows": 10,
        "settling_margin": "1h",
        "payments": {"truepoint_training_work_mem": "1GB", "theirs": 1},
        "file_format": "csv",  # another's
        "parity_row": 1,  # likewise
    }
    result = run_apart(
        DBT_PROJECT, tmp_path / "target", "compile", "--vars", f"{json.dumps(given)[:-1]}, limits: {{1: theirs}}}}"
    )
    assert not result.is_success
    output = " ".join(result.output.split())
    names = "truepoint_settling_margin, truepoint_training_work_mem, truepoint_parity_rows, truepoint_file_format"
    for told in (
        "var truepoint_setling_margin is not known, did you mean truepoint_settling_margin? (allowed: " + names + ")",
        "var truepoint_margin is not known (allowed: " + names + ")",
        "var trupoint_parity_rows is not known, did you mean truepoint_parity_rows?",
        "var settling_margin is not read, did you mean truepoint_settling_margin? (allowed: " + names + ")",
        "var truepoint_training_work_mem stands under payments (allowed: at the top of vars",
    ):
        assert told in output, output
    assert "5 mistakes in feature definitions" in output, output


def test_a_margin_is_a_whole_number_above_0_with_its_unit() -> None:
    text = (macros_of(DBT_PROJECT) / "dialect" / "get_setting.sql").read_text(encoding="utf-8")
    found = re.search(r"'settling_margin': \{.*?'pattern': '([^']+)'", text, flags=re.DOTALL)
    assert found is not None
    pattern = re.compile(found.group(1))
    for right in ("5m", "90s", "36h", "1d"):
        assert pattern.fullmatch(right)
    for wrong in ("300", "10 min", "5M", "0s", "1.5h", "", "-5m", "5m ", "5mm", "05m"):
        assert not pattern.fullmatch(wrong), wrong


def test_a_view_in_any_folder_is_a_versioned_table(tmp_path: Path) -> None:
    folder = tmp_path / "dbt_project"
    copy_project(folder)
    elsewhere = folder / "models" / "staging" / "deep" / "down"  # staging is configured as views
    elsewhere.mkdir(parents=True)
    for model in ("account_features", "transaction_features"):
        for suffix in (".sql", ".yml"):
            (folder / "models" / "features" / f"{model}{suffix}").rename(elsewhere / f"{model}{suffix}")
    (folder / "models" / "marts" / "training_card_fraud.sql").rename(elsewhere / "training_card_fraud.sql")
    result = run_apart(folder, tmp_path / "target", "compile")
    assert result.is_success, result.output
    nodes = json.loads((tmp_path / "target" / "manifest.json").read_bytes())["nodes"]
    for model in ("account_features", "transaction_features", "training_card_fraud", "merchant_features"):
        assert nodes[f"model.payments.{model}"]["config"]["materialized"] == "versioned_table"
    assert nodes["model.payments.account_features"]["path"].startswith("staging/deep/down/")
