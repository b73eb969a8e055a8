"""The folders that come with truepoint, and the wheel that holds them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder
from typer.testing import CliRunner

from tests.projects import DBT_PACKAGE, DBT_PROJECT, ROOT
from truepoint import bundled
from truepoint.cli import app


def test_in_a_clone_the_folders_are_those_of_the_clone() -> None:
    assert bundled.dbt_package() == DBT_PACKAGE
    assert bundled.payments_project() == DBT_PROJECT
    assert CliRunner().invoke(app, ["package"]).stdout.strip() == str(DBT_PACKAGE)


def test_a_copy_of_the_payments_project_names_the_compiler_that_is_installed(tmp_path: Path) -> None:
    copy = tmp_path / "dbt_project"
    bundled.copy_payments_project(copy)
    assert yaml.safe_load((copy / "packages.yml").read_text()) == {
        "packages": [{"local": f"{{{{ env_var('TRUEPOINT_DBT_PACKAGE', '{DBT_PACKAGE}') }}}}"}]
    }
    line = CliRunner().invoke(app, ["package", "--yaml"]).stdout
    assert f"packages:\n{line}" == (copy / "packages.yml").read_text()
    left_out = {"target", "logs", "dbt_packages", ".user.yml", "package-lock.yml"}
    assert {path.name for path in copy.iterdir()} == {path.name for path in DBT_PROJECT.iterdir()} - left_out


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and installed into a folder of its own, without its requirements."""
    folder = tmp_path_factory.mktemp("wheel")
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    target = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), wheel]
    subprocess.run(pip, check=True)
    return target


def _run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command in `folder`; this repository is on no path."""
    # Before the site-packages, where a clone is installed for editing.
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("TRUEPOINT_", "PG"))}
    command = [sys.executable, "-W", "ignore", "-m", "truepoint", *arguments]
    environment["PYTHONPATH"] = str(installed)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_holds_the_compiler_and_the_payments_project(installed: Path) -> None:
    assert _files(installed / "truepoint" / "_dbt_package") == _files(DBT_PACKAGE)
    payments = _files(installed / "truepoint" / "_payments_project")
    assert payments == {
        path
        for path in _files(DBT_PROJECT)
        if path.parts[0] in ("analyses", "models", "macros", "dbt_project.yml", "profiles.yml")
    }


def test_commands_run_from_the_wheel_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert _run(installed, tmp_path, "--version").stdout.startswith("truepoint 0.")
    assert _run(installed, tmp_path, "package").stdout.strip() == str(installed / "truepoint" / "_dbt_package")
    doctor = _run(installed, tmp_path, "doctor")
    assert doctor.returncode == 1
    assert doctor.stderr.startswith(f"truepoint: there is no dbt project at {tmp_path / 'dbt_project'}. ")
    assert not list(tmp_path.iterdir())
