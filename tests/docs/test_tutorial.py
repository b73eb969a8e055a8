"""The first feature of the README, followed to the letter as far as no server is needed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dbt_runner import DbtProject
from tests.docs.pages import README, block_after
from tests.projects import copy_project
from truepoint.compiled.registry import load_registry

FEATURE = "account_refund_count_30d"


@pytest.fixture
def tutorial_project(dbt_project: DbtProject, tmp_path: Path) -> DbtProject:
    """A copy of the dbt project, in which steps 1 and 2 were done: each block put at the end of its file."""
    folder = tmp_path / "dbt_project"
    copy_project(folder)
    text = README.read_text(encoding="utf-8")
    for mark, file in (("feature", "features/account_features.yml"), ("service", "services.yml")):
        with (folder / "models" / file).open("a", encoding="utf-8") as yaml:
            yaml.write(block_after(text, f"tutorial: {mark}"))
    return replace(dbt_project, folder=folder, target_path=tmp_path / "target")


def test_feature_is_in_the_signature_and_in_the_training_table(tutorial_project: DbtProject) -> None:
    tutorial_project.run("compile", "--select", "path:analyses", "training_card_fraud")
    manifest_path = tutorial_project.target_path / "manifest.json"
    service = load_registry(manifest_path).services["card_fraud"]
    feature = next(feature for feature in service.features if feature.name == FEATURE)
    assert (feature.type, feature.view) == ("bigint", "account_features")
    nodes = json.loads(manifest_path.read_bytes())["nodes"]
    assert FEATURE in nodes["model.payments.training_card_fraud"]["compiled_code"]


def test_tutorial_names_the_feature_it_defines() -> None:
    text = README.read_text(encoding="utf-8")
    assert block_after(text, "tutorial: service").strip() == f"- {FEATURE}"
    assert f'"{FEATURE}": ' in text, "the answer that is shown has the feature"
