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
    """A source. name: of its folder. relation: as dbt renders it. known_at: the column of its known time.

    known_at is None where no event model is over the source, or where two name different columns.
    """

    name: str
    relation: str
    known_at: str | None


@validated_dataclass(frozen=True, config=_config)
class LakeSources:
    """settled: SQL over no relation, for the latest known time that is final."""

    settled: str
    tables: tuple[LakeTable, ...]


_adapter: Final = TypeAdapter(LakeSources)


def load_lake_sources(manifest_path: Path) -> LakeSources:
    """Read the online manifest. Raises ManifestError where it has no lake, or a table of it has no known time."""
    compiled = read_compiled_statements(manifest_path, SIGNATURE_PREFIX)
    if len(compiled) != 1:
        raise ManifestError(
            f"{manifest_path} holds {len(compiled)} statements of a lake. The project has one in analyses/lake/, with "
            f"the line {{{{ lake_export() }}}}. {REMEDY}"
        )
    sources = compiled[0].read(_adapter)
    untimed = [table.name for table in sources.tables if table.known_at is None]
    if untimed:
        raise ManifestError(
            f"It is not said when the rows of these sources were known: {', '.join(untimed)}. For each, a staging "
            "model over it alone must have meta.events with known_at; where there are several, they must agree."
        )
    if not sources.tables:
        raise ManifestError(f"No model reads a source, so there is nothing to export. {REMEDY}")
    return sources
