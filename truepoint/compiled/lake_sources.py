"""What a lake holds, as dbt compiled it: the sources that models read, and up to when they are settled."""

from pathlib import Path
from typing import Final

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as validated_dataclass

from truepoint.compiled.manifest import REMEDY, read_compiled_statements
from truepoint.errors import ManifestError

SIGNATURE_PREFIX: Final = "-- truepoint-lake-signature: "

_config: Final = ConfigDict(extra="ignore")  # a newer compiler may say more than this version reads


@validated_dataclass(frozen=True, config=_config)
class LakeTable:
    """A source. name: schema and table. folder: its folder in a generation. relation: as dbt renders it.

    known_at: the column of its known time, by which exports add rows; None where every export copies the table whole:
    no event model is over the source alone, or two name different columns.
    """

    name: str
    folder: str
    relation: str
    known_at: str | None


@validated_dataclass(frozen=True, config=_config)
class LakeSources:
    """settled: SQL over no relation, for the latest known time that is final."""

    settled: str
    tables: tuple[LakeTable, ...]


_adapter: Final = TypeAdapter(LakeSources)


def load_lake_sources(manifest_path: Path) -> LakeSources:
    """Read the online manifest. Raises ManifestError where it has no lake, or two tables one folder."""
    compiled = read_compiled_statements(manifest_path, SIGNATURE_PREFIX)
    if len(compiled) != 1:
        raise ManifestError(
            f"{manifest_path} holds {len(compiled)} statements of a lake. A project has one, an analysis with the line "
            f"{{{{ truepoint.lake_export() }}}}. {REMEDY}"
        )
    sources = compiled[0].read(_adapter)
    if not sources.tables:
        raise ManifestError(
            "No event relation, spine or training table reads a source, so there is nothing to export. " + REMEDY
        )
    folders = [table.folder for table in sources.tables]
    if len({folder.lower() for folder in folders}) < len(folders):
        raise ManifestError(f"Two sources have one name in a lake: {', '.join(sorted(folders))}. Rename one of them.")
    return sources
