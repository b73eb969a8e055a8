"""docs/reference.md is what the code says; settings, commands, endpoints and error codes are on other pages too."""

import re
from typing import get_args

import pytest
import typer
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from feature_server.answer_models import RowError
from feature_server.errors import ApiError
from feature_server.main import create_app
from feature_server.settings import FeatureServerSettings
from scripts.reference import reference_page
from scripts.reference.compiler import definition_keys
from scripts.reference.variables import PAGE, variables_read
from tests.dbt_runner import DbtProject
from tests.docs.pages import PAGES, ROOT, code_words, read
from truepoint.cli import app
from truepoint.settings import Settings

# Without the page that is written from the code: it names everything, and explains little.
TOLD = [page for page in PAGES if page != PAGE]
ALL_WORDS = set().union(*(code_words(page.read_text(encoding="utf-8")) for page in TOLD))


def variables(settings: type[BaseSettings]) -> dict[str, object]:
    """Environment variable of each field -> the field's default."""
    prefix = settings.model_config["env_prefix"]
    names = {}
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        assert not isinstance(alias, AliasChoices)
        names[str(alias) if alias else f"{prefix}{name}".upper()] = field.default
    return names


def error_classes(base: type[ApiError]) -> list[type[ApiError]]:
    return [base, *(found for child in base.__subclasses__() for found in error_classes(child))]


def commands() -> list[str]:
    group = typer.main.get_command(app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        children = getattr(command, "commands", None)
        names += [f"{name} {child}" for child in children] if children else [name]
    return names


def test_reference_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), "run scripts/write_reference"


def test_the_compilers_lists_of_keys_are_found() -> None:
    """A list that the script does not see would be missing from the page without a word."""
    keys = definition_keys()
    assert {"event_id", "event_time", "known_at"} <= keys["meta.events"]
    assert {"aggregate", "attribute", "expression", "fraction", "ratio"} <= keys["meta.feature"]


@pytest.mark.parametrize("variable", [*variables(Settings), *variables(FeatureServerSettings)])
def test_every_setting_is_documented(variable: str) -> None:
    assert variable in ALL_WORDS


def test_defaults_of_the_server_are_the_documented_ones() -> None:
    page = read("serve.md")
    for variable, default in variables(FeatureServerSettings).items():
        row = re.search(rf"^\| `{variable}` \| ([^|]*) \|", page, flags=re.MULTILINE)
        assert row is not None, variable
        documented = row.group(1).strip("`")
        if isinstance(default, str):
            assert documented == default, variable
        elif isinstance(default, int | float):
            assert float(documented) == default, variable


def test_every_variable_that_code_reads_is_documented() -> None:
    read_in_code = variables_read()
    assert "TRUEPOINT_SCHEMA" in read_in_code
    assert not {name for name in read_in_code if not any(name in word for word in ALL_WORDS)}


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert any(f"truepoint {command}" in word for word in ALL_WORDS) or any(
        f"truepoint {command}" in page.read_text(encoding="utf-8") for page in TOLD
    )


@pytest.mark.parametrize(
    "error", [error for error in error_classes(ApiError) if "code" in vars(error)], ids=lambda error: error.code
)
def test_every_error_code_is_documented_with_its_status(error: type[ApiError]) -> None:
    assert f"| {error.status} | `{error.code}` |" in read("serve.md")


@pytest.mark.parametrize("code", get_args(RowError.model_fields["code"].annotation))
def test_every_row_error_is_documented(code: str) -> None:
    assert f"| `{code}` |" in read("serve.md")


def test_every_endpoint_is_documented(database_dsn: str, dbt_project: DbtProject) -> None:
    settings = FeatureServerSettings(dsn=database_dsn, manifest_path=dbt_project.compile_online())
    paths = create_app(settings).openapi()["paths"]
    endpoints = [f"{method.upper()} {path}" for path, operations in paths.items() for method in operations]
    assert "POST /v1/features" in endpoints
    assert not [endpoint for endpoint in endpoints if f"`{endpoint}`" not in read("serve.md")]


def test_variables_of_the_dbt_project_are_documented() -> None:
    project = (ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8")
    vars_block = re.search(r"^vars:\n((?:  .*\n|\n)*)", project, flags=re.MULTILINE)
    assert vars_block is not None
    names = re.findall(r"^  ([a-z_]+):", vars_block.group(1), flags=re.MULTILINE)
    assert names
    assert not set(names) - ALL_WORDS


def written_commands() -> list[tuple[str, list[str]]]:
    """Page and words of each `truepoint …` that stands as code on a page."""
    found = []
    for page in TOLD:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        blocks = re.findall(r"^ *```.*?^ *```", text, flags=re.MULTILINE | re.DOTALL)
        for line in [*"\n".join(blocks).splitlines(), *re.findall(r"`([^`\n]+)`", text)]:
            for part in re.split(r"&&|;|\||  # |[()]", line):
                words = part.strip().removeprefix("$ ").split()
                if len(words) > 1 and words[0] == "truepoint":
                    found.append((page.name, words[1:]))
    return found


def is_known(words: list[str]) -> bool:
    """Whether there is this command (or group of commands), with these options."""
    command = typer.main.get_command(app)
    rest = list(words)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]  # type: ignore[attr-defined]
    if getattr(command, "commands", None) and rest and not rest[0].startswith("-"):
        return False
    options = {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]}
    return {word.partition("=")[0] for word in rest if word.startswith("--")} <= options | {"--help"}


def test_commands_and_options_on_the_pages_exist() -> None:
    written = written_commands()
    assert len(written) > 100
    assert not [f"{page}: truepoint {' '.join(words)}" for page, words in written if not is_known(words)]
    assert not is_known(["sampel"])
    assert not is_known(["sample", "--row", "3"])
