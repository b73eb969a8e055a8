"""The dbt project that is timed: truepoint's macros and profiles, with the benchmark's models as its only ones."""

import shutil
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
MODELS: Final = Path(__file__).resolve().parent / "dbt"


def write_project(folder: Path) -> Path:
    """Write the project to `folder`, anew; what dbt keeps in its target folder stays. Returns `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    source = REPOSITORY / "dbt_project"
    for name in ("macros", "models"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(source / "macros", folder / "macros")
    shutil.copytree(MODELS, folder / "models")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(source / name, folder / name)
    return folder
