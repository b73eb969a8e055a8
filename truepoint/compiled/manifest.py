"""The one reader of dbt's manifest: its nodes, and the statements that the compiler signed.

A signature is a comment at the end of a statement, which tells Python what the statement is.
"""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from truepoint.errors import ManifestError

COMPILE_COMMAND: Final = "dbt compile --select path:analyses --target-path target/online"
REMEDY: Final = f"Compile it, in the dbt project's folder: {COMPILE_COMMAND}"

_COMMENT: Final = "--"
_WORST_PROBLEMS: Final = 3  # that a message lists

Signed = TypeVar("Signed")


@dataclass(frozen=True)
class CompiledStatement:
    """unique_id: of the node in the manifest. signature: the JSON object at the end. sql: all of the text."""

    unique_id: str
    signature: dict[str, Any]
    sql: str

    def read(self, adapter: TypeAdapter[Signed], **more: object) -> Signed:
        """What the signature says, and `more`, as the adapter's type. Raises ManifestError where it does not fit."""
        try:
            return adapter.validate_python({**self.signature, **more})
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
                for problem in error.errors()[:_WORST_PROBLEMS]
            )
            raise ManifestError(
                f"The signature of {self.unique_id} does not fit this version of truepoint ({problems}). {REMEDY}"
            ) from error


def read_compiled_statements(manifest_path: Path, prefix: str) -> list[CompiledStatement]:
    """The statements of a manifest that end in a signature which starts with `prefix`. Raises ManifestError."""
    compiled = []
    for unique_id, node in _read_nodes(manifest_path).items():
        text = node.get("compiled_code")
        _, found, last_lines = text.rpartition(f"\n{prefix}") if isinstance(text, str) else ("", "", "")
        if not found or not isinstance(text, str):
            continue
        first, *others = last_lines.strip().split("\n")
        if not all(line.startswith(_COMMENT) for line in others):
            raise ManifestError(f"The signature of {unique_id} is not the end of its statement. {REMEDY}")
        try:
            signature = json.loads("\n".join([first, *(line.removeprefix(_COMMENT) for line in others)]))
        except ValueError as error:
            raise ManifestError(f"The signature of {unique_id} is not a JSON object: {error}. {REMEDY}") from error
        if not isinstance(signature, dict):
            raise ManifestError(f"The signature of {unique_id} is not a JSON object. {REMEDY}")
        compiled.append(CompiledStatement(unique_id=unique_id, signature=signature, sql=text))
    return compiled


def training_relation(manifest_path: Path, service: str) -> str:
    """The quoted name of the service's training table: the model whose body is truepoint.training_set(service=…).

    Raises ManifestError where the manifest has no such model, or several.
    """
    relations = {
        name: node["relation_name"]
        for name, node in _read_nodes(manifest_path).items()
        if name.startswith("model.") and node.get("relation_name") and _training_set_of(node) == service
    }
    if len(relations) != 1:
        found = f" ({', '.join(sorted(relations))})" if relations else ""
        raise ManifestError(
            f"{manifest_path} has {len(relations)} models with the training table of service {service}{found}. A "
            f"service is compared with the one whose body is {{{{ truepoint.training_set(service='{service}', …) }}}}."
        )
    return str(next(iter(relations.values())))


def _training_set_of(node: dict[str, Any]) -> object:
    """The service whose training table a model is; the macro of its body says so in the meta."""
    meta = (node.get("config") or {}).get("meta") or {}
    return (meta.get("training_set") or {}).get("service")


def models_of_relations(manifest_path: Path, relations: Collection[str]) -> list[str]:
    """Names of the models that dbt renders as one of `relations`. Raises ManifestError."""
    nodes = _read_nodes(manifest_path).values()
    return [str(node["name"]) for node in nodes if node.get("relation_name") in relations]


def mutable_columns(manifest_path: Path) -> dict[str, frozenset[str]]:
    """What the dbt test append_only calls mutable, by the relation of its model, without what the model's code names.

    Raises ManifestError.
    """
    nodes = _read_nodes(manifest_path)
    found: dict[str, frozenset[str]] = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        model = nodes.get(str(node.get("attached_node")), {})
        if (test.get("name"), test.get("namespace")) != ("append_only", "truepoint") or not model.get("relation_name"):
            continue
        given = (test.get("kwargs") or {}).get("mutable")
        code = str(model.get("raw_code"))
        names = [column for column in given if isinstance(column, str)] if isinstance(given, list) else []
        unread = frozenset(name for name in names if not re.search(rf"(?i)\b{re.escape(name)}\b", code))
        relation = str(model["relation_name"])
        found[relation] = found.get(relation, frozenset()) | unread
    return found


def digest_definitions(manifest_path: Path) -> str:
    """Digest of all that decides what a project's statements mean, whatever the target it was compiled for.

    That is: models, their columns and meta, services, macros. Raises ManifestError.
    """
    manifest = read_manifest(manifest_path)
    try:
        models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
        # dbt's own differ from target to target; the compiler's are those of a package.
        foreign = {"dbt", f"dbt_{manifest['metadata']['adapter_type']}"}
        definitions = {
            "models": {
                model["name"]: [
                    model["raw_code"],
                    model["config"].get("meta"),
                    {
                        name: [column.get("data_type"), (column.get("config") or {}).get("meta") or column.get("meta")]
                        for name, column in model["columns"].items()
                    },
                ]
                for model in models
            },
            "services": {
                exposure["name"]: (exposure.get("config") or {}).get("meta") or exposure.get("meta")
                for exposure in manifest["exposures"].values()
            },
            "macros": {
                macro["unique_id"]: macro["macro_sql"]
                for macro in manifest["macros"].values()
                if macro["package_name"] not in foreign
            },
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"The manifest {manifest_path} cannot be read: {error!r}. {REMEDY}") from error
    return hashlib.sha256(json.dumps(definitions, sort_keys=True).encode()).hexdigest()


def _read_nodes(manifest_path: Path) -> dict[str, dict[str, Any]]:
    nodes = read_manifest(manifest_path).get("nodes")
    if not isinstance(nodes, dict) or not all(isinstance(node, dict) for node in nodes.values()):
        raise ManifestError(f"{manifest_path} is not a dbt manifest: it has no nodes. {REMEDY}")
    return nodes


def read_manifest(manifest_path: Path) -> dict[str, Any]:
    """The manifest as dbt wrote it. Raises ManifestError."""
    try:
        manifest = json.loads(manifest_path.read_bytes())
    except FileNotFoundError as error:
        raise ManifestError(f"There is no online manifest at {manifest_path}. {REMEDY}") from error
    except (OSError, ValueError) as error:
        raise ManifestError(f"The online manifest {manifest_path} cannot be read: {error}. {REMEDY}") from error
    if not isinstance(manifest, dict):
        raise ManifestError(f"{manifest_path} is not a dbt manifest: it has no nodes. {REMEDY}")
    return manifest
