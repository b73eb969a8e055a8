"""A dbt project, new or there already: its folders, what its files define, and the compiler among its packages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from truepoint.bundled import dbt_package, package_line
from truepoint.errors import ScaffoldError
from truepoint.scaffolding.files import Written, render, write_files
from truepoint.scaffolding.roles import slug

_NEW_FOLDERS: Final = ("models/staging", "models/features", "models/marts", "analyses", "macros")


@dataclass(frozen=True)
class SourceTable:
    """A table of a source, by its names in dbt, and its schema and name in the database."""

    source: str
    table: str
    schema: str
    identifier: str


@dataclass(frozen=True)
class DbtProject:
    """folder: of dbt_project.yml. models, analyses: the first of its folders for them. Absolute."""

    folder: Path
    models: Path
    analyses: Path

    def models_named(self) -> dict[str, Path]:
        """Name of each model -> its file."""
        return {path.stem: path for path in sorted(self.models.rglob("*.sql"))}

    def sources(self) -> Iterator[SourceTable]:
        """Each table of each source."""
        for content in self._properties():
            for source in _list(content, "sources"):
                for table in _list(source, "tables"):
                    if isinstance(source, dict) and isinstance(table, dict):
                        source_name, name = str(source.get("name")), str(table.get("name"))
                        schema, identifier = source.get("schema", source_name), table.get("identifier", name)
                        yield SourceTable(source_name, name, str(schema), str(identifier))

    def event_models(self, source: SourceTable) -> list[str]:
        """The models with `meta.events` that read a table of a source themselves, by name."""
        reads = re.compile(
            rf"source\(\s*['\"]{re.escape(source.source)}['\"]\s*,\s*['\"]{re.escape(source.table)}['\"]"
        )
        readers = {name for name, path in self.models_named().items() if reads.search(path.read_text(encoding="utf-8"))}
        return [
            model["name"]
            for content in self._properties()
            for model in _list(content, "models")
            if isinstance(model, dict) and model.get("name") in readers and _has_events(model)
        ]

    def _properties(self) -> Iterator[Any]:
        """What the YAML files beside the models say."""
        for path in sorted((*self.models.rglob("*.yml"), *self.models.rglob("*.yaml"))):
            try:
                yield yaml.safe_load(path.read_bytes())
            except (yaml.YAMLError, OSError):
                continue  # dbt says what is wrong with it

    def has_lake_export(self) -> bool:
        """Whether an analysis says what a lake holds: a project has one."""
        return any("lake_export(" in path.read_text(encoding="utf-8") for path in self.analyses.rglob("*.sql"))


def open_project(folder: Path) -> DbtProject:
    """Read the dbt_project.yml of a folder. Raises ScaffoldError where it cannot be read."""
    path = folder / "dbt_project.yml"
    try:
        content = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError) as error:
        raise ScaffoldError(f"{path} cannot be read: {error}.") from error
    if not isinstance(content, dict):
        raise ScaffoldError(f"{path} is no dbt project: it has no name.")
    models = (_list(content, "model-paths") or ["models"])[0]
    analyses = (_list(content, "analysis-paths") or ["analyses"])[0]
    return DbtProject(folder, folder / models, folder / analyses)


def begin_project(folder: Path) -> Written:
    """Write a new project into a folder, with the compiler among its packages."""
    values = {"project": slug(folder.name or "features"), "package_line": package_line()}
    names = {
        "dbt_project.yml": "dbt_project.yml",
        "profiles.yml": "profiles.yml",
        "packages.yml": "packages.yml",
        ".gitignore": "gitignore",
    }
    texts = {folder / name: render(f"project/{template}", values) for name, template in names.items()}
    texts |= {folder / subfolder / ".gitkeep": "" for subfolder in _NEW_FOLDERS}
    return write_files(texts)


def add_package(project: DbtProject) -> tuple[Path, bool]:
    """Name the compiler in the file that names the project's packages; return the file, and whether it was changed.

    Raises ScaffoldError, with the entry to add, where the file is not a plain list.
    """
    path = project.folder / "packages.yml"
    entry = package_line()
    dependencies = project.folder / "dependencies.yml"
    if not path.exists() and dependencies.exists() and _list(_read(dependencies), "packages"):
        path = dependencies
        entry = f'local: "{dbt_package().as_posix()}"'  # dbt reads no Jinja in this file
    if not path.exists():
        path.write_text(render("project/packages.yml", {"package_line": entry}), encoding="utf-8")
        return path, True
    before = _read(path)
    if any(_is_compiler(package) for package in _list(before, "packages")):
        return path, False
    text = _with_entry(path.read_text(encoding="utf-8"), entry)
    expected = {**(before or {}), "packages": [*_list(before, "packages"), yaml.safe_load(entry)]}
    if text is None or yaml.safe_load(text) != expected:
        raise ScaffoldError(f"{path} could not be added to, so add this to its packages:\n  - {entry}")
    path.write_text(text, encoding="utf-8")
    return path, True


def _with_entry(text: str, entry: str) -> str | None:
    """The text with one more package after the last one, and all else as it is."""
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if re.fullmatch(r"packages:\s*(#.*)?", line)]
    if not starts:
        return (
            f"{text.rstrip()}\npackages:\n  - {entry}\n" if not re.search(r"^packages:", text, re.MULTILINE) else None
        )
    last = indent = None
    for place in range(starts[0] + 1, len(lines)):
        line = lines[place]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith((" ", "-")):
            break
        last = place
        if indent is None:
            indent = line[: len(line) - len(line.lstrip())]
    at = starts[0] if last is None else last
    lines.insert(at + 1, f"{'  ' if indent is None else indent}- {entry}")
    return "\n".join(lines) + "\n"


def _is_compiler(package: Any) -> bool:
    named = " ".join(str(value) for value in package.values()) if isinstance(package, dict) else ""
    return "truepoint" in named.lower() or "dbt_package" in named


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError) as error:
        raise ScaffoldError(f"{path} cannot be read: {error}.") from error


def _has_events(model: dict[str, Any]) -> bool:
    config = model.get("config")
    metas = [model.get("meta"), config.get("meta") if isinstance(config, dict) else None]
    return any(isinstance(meta, dict) and meta.get("events") is not None for meta in metas)


def _list(content: Any, key: str) -> list[Any]:
    found = content.get(key) if isinstance(content, dict) else None
    return found if isinstance(found, list) else []
