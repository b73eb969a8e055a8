"""The definitions of a whole project, as its manifest has them: to compare two states of it.

Nothing is expanded here. A feature's digest is one of all that was written down for it: its own definition, those of
its view and its inputs, and the code of all models between the sources and its events.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from truepoint.compiled.manifest import REMEDY, read_manifest
from truepoint.errors import ManifestError

_TABLE_VERSION: Final = re.compile(r"cast\('([0-9a-f]{32})' as \w+\) as table_version")
_NAMES: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class DefinedFeature:
    """A feature. parts: what its digest is of, by name, to say which of them has changed."""

    name: str
    view: str
    definition: Mapping[str, Any]
    parts: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Changes when anything that was written down for the feature does."""
        return _digest(dict(self.parts))[:12]


@dataclass(frozen=True)
class DefinedTable:
    """A table that carries the version of its definition. version is None where the manifest does not have it compiled.

    inputs: the names of all models upstream.
    """

    model: str
    relation: str
    version: str | None
    inputs: frozenset[str]


@dataclass(frozen=True)
class Definitions:
    """All of a project, each by name. services: the features of each. compiler: a digest of the compiler's macros."""

    features: Mapping[str, DefinedFeature]
    services: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, DefinedTable]
    compiler: str


def read_definitions(manifest_path: Path) -> Definitions:
    """Read a manifest. Raises ManifestError."""
    manifest = read_manifest(manifest_path)
    try:
        return _Reader(manifest).read()
    except (KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"The manifest {manifest_path} cannot be read: {error!r}. {REMEDY}") from error


class _Reader:
    def __init__(self, manifest: dict[str, Any]) -> None:
        self._nodes: dict[str, Any] = manifest["nodes"]
        self._sources: dict[str, Any] = manifest["sources"]
        self._macros: dict[str, Any] = manifest["macros"]
        self._exposures: dict[str, Any] = manifest["exposures"]
        self._features: dict[str, DefinedFeature] = {}

    def read(self) -> Definitions:
        models = {key: node for key, node in self._nodes.items() if node["resource_type"] == "model"}
        for derived in (False, True):  # which are over the others
            kind = "derived_view" if derived else "feature_view"
            for key, node in models.items():
                if _meta(node).get(kind) is not None:
                    self._read_view(key, node, is_derived=derived)
        return Definitions(
            features=dict(sorted(self._features.items())),
            services={
                exposure["name"]: tuple(service.get("features") or ())
                for exposure in self._exposures.values()
                if (service := _meta(exposure).get("feature_service")) is not None
            },
            tables={
                node["name"]: self._table(key, node)
                for key, node in models.items()
                if node["config"].get("materialized") == "versioned_table"
            },
            compiler=_digest(
                [
                    macro["macro_sql"]
                    for _, macro in sorted(self._macros.items())
                    if macro["package_name"] == "truepoint"
                ]
            ),
        )

    def _read_view(self, key: str, node: dict[str, Any], *, is_derived: bool) -> None:
        events = [self._nodes[found] for found in node["depends_on"]["nodes"] if self._is_events(found)]
        upstream = {
            f"model {self._name(found)}": self._code(found)
            for of in events
            for found in self._upstream([of["unique_id"]])
        }
        columns = {
            column["name"]: [column.get("data_type"), _meta(column)]
            for of in events
            for column in of["columns"].values()
        }
        shared = {
            "view": _digest([_meta(node).get("derived_view" if is_derived else "feature_view")]),
            "events": _digest([[of["name"], _meta(of).get("events")] for of in events]),
            "columns": _digest(columns),
            **upstream,
        }
        pending = [column for column in node["columns"].values() if _meta(column).get("feature") is not None]
        while pending:
            names = {column["name"] for column in pending}
            # Derived features may use each other: those first whose inputs are read. What is left is a circle.
            ready = [column for column in pending if not (names - {column["name"]}) & _names_in(column)] or pending
            for column in ready:
                definition = _meta(column)["feature"]
                inputs = (
                    {
                        f"feature {name}": self._features[name].digest
                        for name in sorted(_names_in(column))
                        if name in self._features
                    }
                    if is_derived
                    else {}
                )
                own = {"definition": _digest(definition), "type": str(column.get("data_type"))}
                self._features[column["name"]] = DefinedFeature(
                    column["name"], node["name"], definition, {**own, **shared, **inputs}
                )
            pending = [column for column in pending if column not in ready]

    def _table(self, key: str, node: dict[str, Any]) -> DefinedTable:
        found = _TABLE_VERSION.search(node.get("compiled_code") or "")
        return DefinedTable(
            model=node["name"],
            relation=str(node["relation_name"]),
            version=found.group(1) if found else None,
            inputs=frozenset(self._name(upstream) for upstream in self._upstream(node["depends_on"]["nodes"])),
        )

    def _is_events(self, key: str) -> bool:
        return key in self._nodes and _meta(self._nodes[key]).get("events") is not None

    def _upstream(self, keys: Iterable[str]) -> list[str]:
        found = list(dict.fromkeys(keys))
        for key in found:  # which grows while it is walked
            if key in self._nodes:
                found += [more for more in self._nodes[key]["depends_on"]["nodes"] if more not in found]
        return found

    def _name(self, key: str) -> str:
        return str(self._nodes[key]["name"] if key in self._nodes else key.split(".", 2)[-1])

    def _code(self, key: str) -> str:
        """What a node says of its rows: a source its table, a model its text and that of the project's macros in it."""
        if key not in self._nodes:
            return _digest([self._sources[key]["schema"], self._sources[key]["identifier"]])
        node = self._nodes[key]
        macros = [
            self._macros[macro]["macro_sql"]
            for macro in sorted(node["depends_on"].get("macros") or ())
            if macro in self._macros and self._macros[macro]["package_name"] == node["package_name"]
        ]
        return _digest([node["raw_code"], macros])


def _names_in(column: dict[str, Any]) -> set[str]:
    return set(_NAMES.findall(json.dumps(_meta(column)["feature"])))


def _meta(node: Mapping[str, Any]) -> dict[str, Any]:
    return (node.get("config") or {}).get("meta") or node.get("meta") or {}


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
