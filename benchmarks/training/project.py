"""The dbt project that is timed: truepoint's compiler and profiles, with the benchmark's models as its only ones."""

import shutil
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
MODELS: Final = Path(__file__).resolve().parent / "dbt"


MERCHANT_VIEW: Final = "feature_view: {entity: [merchant_id]}"


def write_project(folder: Path, *, hot_key_rows: int | None = None) -> Path:
    """Write the project to `folder`, anew; what dbt keeps in its target folder stays. Returns `folder`.

    hot_key_rows: of the merchant view, where merchants with more rows are to be cut into slices of time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = REPOSITORY / "dbt_project"
    for name in ("dbt_packages", "models"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(REPOSITORY / "dbt_package", folder / "dbt_packages" / "truepoint")
    shutil.copytree(MODELS, folder / "models")
    if hot_key_rows is not None:
        merchant = folder / "models" / "features" / "merchant.yml"
        text = merchant.read_text(encoding="utf-8")
        if MERCHANT_VIEW not in text:
            raise ValueError(f"{merchant} has no {MERCHANT_VIEW}")
        cut = MERCHANT_VIEW.replace("}", f", hot_key_rows: {hot_key_rows}}}")
        merchant.write_text(text.replace(MERCHANT_VIEW, cut), encoding="utf-8")
    for name in ("dbt_project.yml", "profiles.yml", "packages.yml"):
        shutil.copyfile(source / name, folder / name)
    return folder
