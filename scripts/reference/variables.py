"""The environment variables, each with the page whose table says what it means."""

import re
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings

from feature_server.settings import FeatureServerSettings
from scripts.reference.errors import UndescribedError
from scripts.reference.markdown import code, table
from truepoint.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "reference.md"
_READ: Final = re.compile(r"(?:env_var\('|environ(?:\.get)?[\[(]\")(TRUEPOINT_[A-Z_]+)")
_FOLDERS: Final = ("truepoint", "feature_server", "consistency", "dbt_package", "dbt_project", "tests")


def variables_section() -> str:
    names = variables_of(Settings) | variables_of(FeatureServerSettings) | variables_read()
    texts = {page: page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md")) if page != PAGE}
    pages: dict[str, Path] = {}
    for told in (r"^\| `(TRUEPOINT_[A-Z_]+)` \|", r"\b(TRUEPOINT_[A-Z_]+)\b"):  # in a table, else anywhere
        for page, text in texts.items():
            for name in re.findall(told, text, flags=re.M):
                pages.setdefault(name, page)
    if missing := names - set(pages):
        raise UndescribedError(f"no page of docs/ tells of {', '.join(sorted(missing))}.")
    titles = {page: text.partition("\n")[0].removeprefix("# ") for page, text in texts.items()}
    rows = [[code(name), f"[{titles[pages[name]]}]({pages[name].name})"] for name in sorted(names)]
    return table(["variable", "told in"], rows)


def variables_of(settings: type[BaseSettings]) -> set[str]:
    names = set()
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        if alias is not None and not isinstance(alias, str):
            raise TypeError(f"{name} has {alias!r}, which the reference cannot name.")
        names.add(alias or f"{settings.model_config['env_prefix']}{name}".upper())
    return names


def variables_read() -> set[str]:
    """The variables that code reads by itself: profiles.yml, the compiler, the tests."""
    found = set()
    for folder in _FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            parts = set(path.relative_to(ROOT).parts)
            if path.suffix in (".py", ".yml", ".sql") and not {"target", "docs", "dbt_packages"} & parts:
                found |= set(_READ.findall(path.read_text("utf-8")))
    return found
