"""The whole plan: definitions compared, tables and indexes of the database looked at."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from truepoint.compiled.definitions import read_definitions
from truepoint.compiled.registry import load_registry
from truepoint.planning.comparing import FeatureChange, ServiceChange, compare_features, compare_services
from truepoint.planning.tables import TablePlan, plan_tables
from truepoint.postgres.connecting import connect
from truepoint.postgres.doctor import Finding, examine


@dataclass(frozen=True)
class Plan:
    """What will happen. notes: what must be known to read it right."""

    base: str | None
    features: tuple[FeatureChange, ...]
    services: tuple[ServiceChange, ...]
    tables: tuple[TablePlan, ...]
    indexes: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the next build changes nothing but adding rows."""
        is_quiet = all(table.fate == "goes on" for table in self.tables)
        return is_quiet and not (self.features or self.services or self.indexes or self.notes)

    def to_json(self) -> dict[str, Any]:
        """The plan for json.dumps."""
        features: dict[str, list[dict[str, Any]]] = {"added": [], "changed": [], "removed": []}
        for feature in self.features:
            features[feature.change].append({**asdict(feature), "digest": _from_to(feature.digest)})
        return {
            "base": self.base,
            "is_empty": self.is_empty,
            "features": features,
            "services": [{**asdict(service), "version": _from_to(service.version)} for service in self.services],
            "tables": [
                {
                    **asdict(table),
                    "version": _from_to(table.version),
                    "epoch": {"from": table.epoch[0], "to": table.epoch[1]},
                }
                for table in self.tables
            ],
            "indexes": [asdict(index) for index in self.indexes],
            "notes": list(self.notes),
        }


def make_plan(manifest_path: Path, base_path: Path | None, dsn: str) -> Plan:
    """Compare the manifest with the base, and look at the database. base_path: None where there is none.

    Raises ManifestError and WarehouseError.
    """
    after = read_definitions(manifest_path)
    registry = load_registry(manifest_path)
    before = None if base_path is None else read_definitions(base_path)
    former = {} if base_path is None else load_registry(base_path).services
    features = compare_features(before, after)
    versions = (
        {name: service.definition_version for name, service in former.items()},
        {name: service.definition_version for name, service in registry.services.items()},
    )
    with connect(dsn) as connection:
        tables = plan_tables(connection, after.tables.values(), before.tables.values() if before else ())
    examination = asyncio.run(examine(dsn, registry))
    notes = []
    if before is None:
        notes.append("There is nothing to compare with, so every feature is new.")
    elif before.compiler != after.compiler:
        notes.append("The compiler is another one than the base's: the value of any feature may move.")
    absent = [finding for finding in examination.missing if finding.check in ("connection", "relations", "statement")]
    if absent:
        notes.append(f"Indexes cannot be looked at yet: {absent[0].subject} {absent[0].message}.")
    return Plan(
        base=None if base_path is None else str(base_path),
        features=features,
        services=compare_services(before, after, versions, features),
        tables=tables,
        indexes=tuple(finding for finding in examination.missing if finding.check == "indexes"),
        notes=tuple(notes),
    )


def _from_to(values: tuple[str | None, str | None]) -> dict[str, str | None]:
    return {"from": values[0], "to": values[1]}
