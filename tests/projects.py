"""The repository's dbt projects, and copies of them that a test may change, the compiler included."""

import shutil
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
DBT_PROJECT: Final = ROOT / "dbt_project"
DBT_PACKAGE: Final = ROOT / "dbt_package"
MACROS: Final = DBT_PACKAGE / "macros"

_LEFT_BY_DBT: Final = ("target", "logs", ".user.yml", "dbt_packages", "package-lock.yml")


def copy_project(folder: Path, *, source: Path = DBT_PROJECT) -> Path:
    """Copy a dbt project to `folder`, and the compiler into it, as `dbt deps` would install it. Returns `folder`."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*_LEFT_BY_DBT))
    installed = source / "dbt_packages" / "truepoint"  # of a copy, which may have been changed
    package = installed if installed.is_dir() else DBT_PACKAGE
    shutil.copytree(package, folder / "dbt_packages" / "truepoint", ignore=shutil.ignore_patterns(*_LEFT_BY_DBT))
    return folder


def macros_of(project: Path) -> Path:
    """The macros of the compiler in a copy made by copy_project()."""
    return project / "dbt_packages" / "truepoint" / "macros"
