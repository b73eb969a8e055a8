"""Statements that dbt compiled with a signature: one comment line above the SQL, which tells Python what it is."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from truepoint.errors import ManifestError


@dataclass(frozen=True)
class CompiledStatement:
    """unique_id: of the node in the manifest. signature: the JSON value of the first line. sql: all of the text."""

    unique_id: str
    signature: object
    sql: str


def read_compiled_statements(manifest_path: Path, prefix: str, *, remedy: str) -> list[CompiledStatement]:
    """The statements of a manifest whose first line starts with `prefix`.

    Raises ManifestError, which ends with `remedy`, where the manifest or a signature cannot be read.
    """
    try:
        nodes = json.loads(manifest_path.read_bytes())["nodes"].items()
    except FileNotFoundError as error:
        raise ManifestError(f"There is no online manifest at {manifest_path}. {remedy}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"The online manifest {manifest_path} cannot be read: {error}. {remedy}") from error
    compiled = []
    for unique_id, node in nodes:
        text = node.get("compiled_code") if isinstance(node, dict) else None
        if isinstance(text, str) and text.lstrip().startswith(prefix):
            first_line = text.lstrip().split("\n", 1)[0]
            try:
                signature = json.loads(first_line.removeprefix(prefix))
            except ValueError as error:
                raise ManifestError(f"The signature of {unique_id} is not JSON: {error}. {remedy}") from error
            compiled.append(CompiledStatement(unique_id=unique_id, signature=signature, sql=text))
    return compiled


def digest_definitions(manifest_path: Path) -> str:
    """Digest of all that decides what a project's statements mean, whatever the target it was compiled for.

    That is: models, their columns and meta, services, macros. Raises ManifestError.
    """
    try:
        manifest = json.loads(manifest_path.read_bytes())
        models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
        project = manifest["metadata"]["project_name"]
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
                if macro["package_name"] == project
            },
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"The manifest {manifest_path} cannot be read: {error}.") from error
    return hashlib.sha256(json.dumps(definitions, sort_keys=True).encode()).hexdigest()
