"""docs/define-features.md: every aggregate, type, key and word is there; its errors and its new aggregate are real."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.dbt_processes import run_apart
from tests.dbt_runner import DbtProject
from tests.docs.pages import README, ROOT, block_after, code_words, read
from tests.projects import MACROS, copy_project
from truepoint.compiled.registry import load_registry

AGGREGATES = sorted(path.stem for path in (MACROS / "aggregates").glob("*.sql") if path.stem != "get_aggregate")

ProjectWith = Callable[[str], DbtProject]


@pytest.fixture
def project_with(dbt_project: DbtProject, tmp_path: Path) -> ProjectWith:
    """Makes a copy of the dbt project with YAML added to the end of account_features.yml."""

    def make(yaml: str) -> DbtProject:
        folder = tmp_path / "dbt_project"
        copy_project(folder)
        with (folder / "models" / "features" / "account_features.yml").open("a", encoding="utf-8") as file:
            file.write(yaml)
        return replace(dbt_project, folder=folder, target_path=tmp_path / "target")

    return make


def feature(name: str, definition: str, *, data_type: str) -> str:
    return (
        f"      - name: {name}\n        description: Of a test. Never null.\n        data_type: {data_type}\n"
        f"        config: {{meta: {{feature: {definition}}}}}\n"
    )


def failing_compile(project: DbtProject) -> str:
    """What `dbt compile` prints."""
    result = run_apart(project.folder, project.target_path, "compile", "--select", "path:analyses", dsn=project.dsn)
    assert not result.is_success
    return result.output


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_every_aggregate_has_its_row(aggregate: str) -> None:
    assert re.search(rf"^\| `{aggregate}` \|", read("define-features.md"), flags=re.MULTILINE)


def test_every_type_accepted_by_an_aggregate_stands_in_its_row() -> None:
    page = read("define-features.md")
    for aggregate in AGGREGATES:
        source = (MACROS / "aggregates" / f"{aggregate}.sql").read_text(encoding="utf-8")
        row = re.search(rf"^\| `{aggregate}` \|.*\n(?:\| \|.*\n)*", page, flags=re.MULTILINE)
        assert row is not None
        types = set(re.findall(r"'(integer|bigint|numeric|boolean|double precision)'", source))
        assert types <= set(re.findall(r"`([^`]+)`", row.group())), aggregate


@pytest.mark.parametrize(
    ("file", "macro"),
    [
        ("expressions/tokens.sql", "_get_expression_words"),
        ("expressions/tokens.sql", "_get_functions"),
        ("dialect/types.sql", "_get_value_types"),
    ],
)
def test_every_word_and_type_of_the_compiler_is_documented(file: str, macro: str) -> None:
    source = (MACROS / file).read_text(encoding="utf-8")
    body = source[source.index(f"macro {macro}(") :]
    words = set(re.findall(r"'([a-z ]+)'", body[: body.index("endmacro")]))
    assert words
    assert words <= code_words(read("define-features.md"))


def test_every_key_of_a_definition_is_documented() -> None:
    words = code_words(read("define-features.md"))
    keys: set[str] = set()
    for path in (MACROS / "checks").glob("check_*.sql"):
        for listed in re.findall(r"get_key_errors\(.*?, \[([^]]*)\](?: \+ options)?\)", path.read_text()):
            keys |= set(re.findall(r"'([a-z_]+)'", listed))
    options = (MACROS / "aggregates" / "get_aggregate.sql").read_text(encoding="utf-8")
    keys |= set(re.findall(r"'([a-z]+)': \{'pattern'", options))
    assert {"k", "fraction", "method"} <= keys
    assert {"aggregate", "of", "where", "window", "offset", "default", "attribute", "expression"} <= keys
    assert not {key for key in keys if not any(re.search(rf"\b{key}\b", word) for word in words)}


def test_errors_are_those_that_the_compiler_prints(project_with: ProjectWith) -> None:
    project = project_with(
        feature("account_refund_count_30d", "{aggregate: conut, window: 30}", data_type="bigint")
        + feature("account_amount_typical_30d", "{aggregate: mean, of: amount_minor, window: 30d}", data_type="bigint")
    )
    printed = [line.strip() for line in failing_compile(project).splitlines()]
    for line in block_after(read("define-features.md"), "test: errors").splitlines():
        assert line.strip() in printed


def test_new_aggregate_compiles_as_written(project_with: ProjectWith) -> None:
    project = project_with(
        feature(
            "account_amount_rms_30d",
            "{aggregate: root_mean_square, of: amount_minor, window: 30d}",
            data_type="double precision",
        )
    )
    (project.folder / "macros").mkdir()
    (project.folder / "macros" / "root_mean_square.sql").write_text(
        block_after(read("define-features.md"), "test: aggregate root_mean_square"), encoding="utf-8"
    )
    with (project.folder / "models" / "services.yml").open("a", encoding="utf-8") as services:
        services.write("            - account_amount_rms_30d\n")
    service = load_registry(project.compile_online()).services["card_fraud"]
    assert service.features[-1].name == "account_amount_rms_30d"
    assert service.features[-1].type == "double precision"


def test_no_model_of_the_project_names_a_column_twice() -> None:
    """dbt would keep the second alone, before the compiler looks."""
    files = sorted((ROOT / "dbt_project" / "models").rglob("*.yml"))
    assert files
    for path in files:
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            names = [column["name"] for column in model.get("columns", [])]
            assert len(names) == len(set(names)), (path.name, model["name"])


def test_the_example_of_the_service_is_the_row_that_the_pages_ask_with() -> None:
    exposures = yaml.safe_load((ROOT / "dbt_project" / "models" / "services.yml").read_text(encoding="utf-8"))
    (service,) = exposures["exposures"]
    example = service["config"]["meta"]["feature_service"]["example"]
    for page in (README.read_text(encoding="utf-8"), read("serve.md")):
        (body,) = re.findall(r"curl .* -d '(\{.*?\})'", page, flags=re.DOTALL)
        assert json.loads(body) == {"service": service["name"], "rows": [example]}


def test_the_first_screen_shows_a_feature_of_the_project_and_the_value_that_the_server_gives() -> None:
    page = README.read_text(encoding="utf-8")
    (shown,) = yaml.safe_load(block_after(page, "test: first screen"))
    path = ROOT / "dbt_project" / "models" / "features" / "account_features.yml"
    (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    assert shown in model["columns"]
    values = re.findall(r"^(?:dbt build|truepoint serve) .* ([\d.]+)$", page, flags=re.MULTILINE)
    (served,) = re.findall(rf'"{shown["name"]}": ([\d.]+)', read("serve.md"))
    assert values == [served, served]
