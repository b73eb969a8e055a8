"""The compiler among a project's packages: added once, with all else as it was."""

from pathlib import Path

import pytest
import yaml

from truepoint.bundled import dbt_package
from truepoint.errors import ScaffoldError
from truepoint.scaffolding.project import add_package, open_project

ENTRY = {"local": f"{{{{ env_var('TRUEPOINT_DBT_PACKAGE', '{dbt_package()}') }}}}"}


def _add(folder: Path) -> tuple[Path, bool]:
    (folder / "dbt_project.yml").write_text("name: shop\n")
    return add_package(open_project(folder))


def test_a_project_without_packages_gets_the_file(tmp_path: Path) -> None:
    path, is_changed = _add(tmp_path)
    assert (path.name, is_changed) == ("packages.yml", True)
    assert yaml.safe_load(path.read_text()) == {"packages": [ENTRY]}
    assert _add(tmp_path) == (path, False)


@pytest.mark.parametrize(
    "text",
    [
        "packages:\n  - package: dbt-labs/dbt_utils\n    version: [\">=1.0.0\"]  # pinned\n# end\n",
        "# ours\npackages:\n- git: https://example.com/a.git\n  revision: main\n\nother:\n  key: 1\n",
        "packages:   # none yet\n",
        "other: 1\n",
        "packages:\n      - local: ../a",
    ],
    ids=["indented", "flush", "empty", "absent", "deep"],
)  # fmt: skip
def test_an_entry_is_added_and_every_line_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "packages.yml"
    path.write_text(text)
    before = yaml.safe_load(text)
    assert _add(tmp_path) == (path, True)
    after = yaml.safe_load(path.read_text())
    assert after == {**before, "packages": [*(before.get("packages") or []), ENTRY]}
    lines = path.read_text().splitlines()
    assert [line for line in lines if line in text.splitlines()] == text.splitlines()
    assert _add(tmp_path) == (path, False)


@pytest.mark.parametrize("text", ["packages: []\n", "packages: [{local: ../a}]\n"])
def test_what_cannot_be_added_to_is_left_and_the_entry_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "packages.yml"
    path.write_text(text)
    with pytest.raises(ScaffoldError, match=r"packages.yml could not be added to, so add this to its packages:\n  - "):
        _add(tmp_path)
    assert path.read_text() == text


@pytest.mark.parametrize("entry", ["git: https://example.com/truepoint.git", "local: ../dbt_package"])
def test_a_compiler_that_is_there_under_any_address_stays(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "packages.yml"
    path.write_text(f"packages:\n  - {entry}\n")
    assert _add(tmp_path) == (path, False)


def test_packages_that_stand_in_dependencies_yml_stay_together(tmp_path: Path) -> None:
    path = tmp_path / "dependencies.yml"
    path.write_text("packages:\n  - local: ../a\nprojects:\n  - name: b\n")
    assert _add(tmp_path) == (path, True)
    content = yaml.safe_load(path.read_text())
    assert content == {"packages": [{"local": "../a"}, {"local": str(dbt_package())}], "projects": [{"name": "b"}]}
    assert not (tmp_path / "packages.yml").exists()
