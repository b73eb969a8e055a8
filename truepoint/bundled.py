"""The folders that come with truepoint: the compiler, a dbt package, and the payments project that shows it.

In a wheel they lie in this package; in a clone, beside it.
"""

import re
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Final

PAYMENTS: Final = "payments"  # what the payments project is called, and the schema of its tables
_LEFT_BY_DBT: Final = ("target", "logs", "dbt_packages", ".user.yml", "package-lock.yml")


def dbt_package() -> Path:
    """The folder of the compiler, which a project's packages.yml names."""
    return _folder("_dbt_package", "dbt_package")


def payments_project() -> Path:
    """The folder of the payments project. It is read, and not run where it lies in a wheel."""
    return _folder("_payments_project", "dbt_project")


def is_payments_project(folder: Path) -> bool:
    """Whether a folder holds the payments project, or a copy of it: it goes by the project's name."""
    try:
        text = (folder / "dbt_project.yml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return re.search(rf"^name:\s*[\"']?{PAYMENTS}[\"']?\s*(#.*)?$", text, re.MULTILINE) is not None


def package_line() -> str:
    """What a project's packages.yml says of the compiler: where it lies, and the variable that says otherwise."""
    return f"""local: "{{{{ env_var('TRUEPOINT_DBT_PACKAGE', '{dbt_package().as_posix()}') }}}}\""""


def copy_payments_project(folder: Path) -> None:
    """Make `folder` a copy of the payments project, which uses the compiler that is installed."""
    shutil.copytree(payments_project(), folder, ignore=shutil.ignore_patterns(*_LEFT_BY_DBT))
    (folder / "packages.yml").write_text(f"packages:\n  - {package_line()}\n", encoding="utf-8")


def _folder(installed_name: str, name_in_clone: str) -> Path:
    package = Path(str(files("truepoint")))
    installed = package / installed_name
    return installed if installed.is_dir() else package.parent / name_in_clone
