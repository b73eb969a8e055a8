"""The training statement of a service, as dbt compiled it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated_dataclass

from truepoint.errors import ManifestError
from truepoint.registry import COMPILE_COMMAND, ValueType

SIGNATURE_PREFIX: Final = "-- truepoint-training-signature: "

_config: Final = ConfigDict(extra="ignore")  # a newer compiler may say more than this version reads


@validated_dataclass(frozen=True, config=_config)
class SpineColumn:
    """A column of the relation that holds the spine while the statement runs.

    role: ord (the row's position, from 1) and spine_id (its name) are made here; entity and request must be given,
    event may be; as_of must be given and is never null.
    """

    name: str
    type: ValueType
    role: Literal["ord", "spine_id", "entity", "request", "event", "as_of"]

    @property
    def is_given(self) -> bool:
        """Whether the column is read from the spine."""
        return self.role not in ("ord", "spine_id")

    @property
    def may_be_absent(self) -> bool:
        """Whether a spine may do without the column; its values are then null."""
        return self.role == "event"


@validated_dataclass(frozen=True, config=_config)
class TrainingFeature:
    """A column of the result."""

    name: str
    type: ValueType


@validated_dataclass(frozen=True, config=_config)
class TrainingStatement:
    """One statement that computes a service's features for all rows of the relation `spine`.

    settled: SQL for the latest as-of time whose answers are final. relations: what the statement reads, as dbt renders
    them. Result columns: ord bigint, then each feature; rows in the order of ord, one per row of the spine.
    """

    service: str
    definition_version: str
    spine: str
    columns: tuple[SpineColumn, ...]
    settled: str
    features: tuple[TrainingFeature, ...]
    relations: tuple[str, ...]
    sql: str

    @property
    def given_columns(self) -> tuple[SpineColumn, ...]:
        """The columns that are read from the spine."""
        return tuple(column for column in self.columns if column.is_given)


@dataclass(frozen=True)
class _Compiled:
    unique_id: str
    signature: object
    sql: str


_adapter: Final = TypeAdapter(TrainingStatement)


def load_training_statement(manifest_path: Path, service: str) -> TrainingStatement:
    """Read the statement of `service` from the online manifest. Raises ManifestError, with the services there are."""
    remedy = f"Compile it: {COMPILE_COMMAND}"
    compiled = _compiled_statements(manifest_path, remedy)
    found = [each for each in compiled if isinstance(each.signature, dict) and each.signature.get("service") == service]
    if len(found) != 1:
        known = sorted({str(each.signature.get("service")) for each in compiled if isinstance(each.signature, dict)})
        raise ManifestError(
            f"{manifest_path} holds {len(found)} training statements of a service {service} "
            f"(it holds: {', '.join(known) or 'none'}). A service has one in analyses/training/, with the line "
            f"{{{{ training_statement('{service}') }}}}. {remedy}"
        )
    try:
        return _adapter.validate_python({**_mapping(found[0].signature), "sql": found[0].sql})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors()[:3])
        raise ManifestError(
            f"The signature of {found[0].unique_id} does not fit this version of truepoint ({problems}). {remedy}"
        ) from error


def _compiled_statements(manifest_path: Path, remedy: str) -> list[_Compiled]:
    try:
        nodes = json.loads(manifest_path.read_bytes())["nodes"].items()
    except FileNotFoundError as error:
        raise ManifestError(f"There is no online manifest at {manifest_path}. {remedy}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"The online manifest {manifest_path} cannot be read: {error}. {remedy}") from error
    compiled = []
    for unique_id, node in nodes:
        text = node.get("compiled_code") if isinstance(node, dict) else None
        if isinstance(text, str) and text.lstrip().startswith(SIGNATURE_PREFIX):
            first_line = text.lstrip().split("\n", 1)[0]
            try:
                signature = json.loads(first_line.removeprefix(SIGNATURE_PREFIX))
            except ValueError as error:
                raise ManifestError(f"The signature of {unique_id} is not JSON: {error}. {remedy}") from error
            compiled.append(_Compiled(unique_id=unique_id, signature=signature, sql=text))
    return compiled


def _mapping(signature: object) -> dict[str, object]:
    return signature if isinstance(signature, dict) else {}
