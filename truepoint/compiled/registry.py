"""What dbt compiled, as typed objects: one Service per online statement in dbt's manifest.

Python expands no definition. It reads the statement and the signature that the compiler wrote below it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as validated_dataclass

from truepoint.compiled.manifest import REMEDY, CompiledStatement, read_compiled_statements
from truepoint.errors import ManifestError

ScalarType = Literal[
    "bigint", "boolean", "date", "double precision", "integer", "numeric", "smallint", "text", "timestamptz", "uuid"
]
ArrayType = Literal[
    "bigint[]",
    "boolean[]",
    "date[]",
    "double precision[]",
    "integer[]",
    "numeric[]",
    "smallint[]",
    "text[]",
    "timestamptz[]",
    "uuid[]",
]
ValueType = ScalarType | ArrayType
ParameterRole = Literal["entity", "request", "event", "as_of"]

SIGNATURE_PREFIX: Final = "-- truepoint-signature: "


def array_of(scalar: ScalarType) -> ArrayType:
    """The type of an array with elements of the type `scalar`, null among them."""
    return cast("ArrayType", f"{scalar}[]")


_config: Final = ConfigDict(extra="ignore")  # a newer compiler may say more than this version reads


@validated_dataclass(frozen=True, config=_config)
class Parameter:
    """One parameter of the statement: an array with one element per request row. Its place is its position plus 1.

    role: entity (a key), request (a fact of the transaction being decided), event (the decided event's id, which is
    never counted), as_of (null means the database's now).
    """

    name: str
    type: ScalarType
    role: ParameterRole

    @property
    def is_required(self) -> bool:
        """Keys and request fields must be given, if only as null."""
        return self.role in ("entity", "request")


@validated_dataclass(frozen=True, config=_config)
class Feature:
    """One column of the answer. `definition` is the meta as its author wrote it, for reading only."""

    name: str
    type: ValueType
    view: str
    description: str
    definition: Mapping[str, object]


@validated_dataclass(frozen=True, config=_config)
class View:
    """A feature view over events: its key columns, its found column in the answer, and the relation it reads.

    known_key: what `found` must be for a row of a training table named `training`, as SQL.
    """

    name: str
    entity: tuple[str, ...]
    found: str
    events: str
    known_key: str


@validated_dataclass(frozen=True, config=_config)
class RelationName:
    """A name as dbt renders it, in parts without quotes. `database` is None where dbt left it out."""

    database: str | None
    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@validated_dataclass(frozen=True, config=_config)
class Relation:
    """A relation that the statement reads; `columns` maps each column to its type as declared, such as varchar(20).

    known_at: the column of the known time. known_at_note: what is to be known of it, as a sentence; None for a plain
    column.
    """

    name: str
    relation: str
    event_time: str
    known_at: str
    columns: Mapping[str, str]
    known_at_note: str | None = None

    @property
    def relation_name(self) -> RelationName:
        return parse_relation_name(self.relation)


@validated_dataclass(frozen=True, config=_config)
class Index:
    """An index that the statement needs: its leading columns `keys`, then those it carries along (`include`)."""

    table: str
    name: str
    keys: tuple[str, ...]
    include: tuple[str, ...]

    @property
    def table_name(self) -> RelationName:
        return parse_relation_name(self.table)


@validated_dataclass(frozen=True, config=_config)
class Service:
    """A feature service as compiled: what to ask for, what comes back, and the statement to run as it stands.

    Everything but `statement` is the signature at its end.
    example: a request row to show to people, as the service's author wrote it; None when there is none.
    Result columns of `statement`, in order: ord bigint (1-based position of the request row), as_of and answered_at
    timestamptz, each view's found column (boolean), each feature.
    """

    name: str
    description: str
    definition_version: str
    statement: str
    parameters: tuple[Parameter, ...]
    features: tuple[Feature, ...]
    views: tuple[View, ...]
    relations: tuple[Relation, ...]
    indexes: tuple[Index, ...]
    example: Mapping[str, object] | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the relations' known times, a sentence each."""
        return tuple(relation.known_at_note for relation in self.relations if relation.known_at_note)

    @property
    def result_columns(self) -> tuple[tuple[str, ValueType], ...]:
        """Name and type of each column that the statement must return, in order."""
        return (
            ("ord", "bigint"),
            ("as_of", "timestamptz"),
            ("answered_at", "timestamptz"),
            *((view.found, "boolean") for view in self.views),
            *((feature.name, feature.type) for feature in self.features),
        )


@dataclass(frozen=True)
class Registry:
    """Every service of one manifest, by name, in the order of their names."""

    services: Mapping[str, Service]


def load_registry(manifest_path: Path) -> Registry:
    """Read the manifest that the online compile left; raise ManifestError when it is missing, stale or unreadable."""
    services: dict[str, Service] = {}
    for compiled in read_compiled_statements(manifest_path, SIGNATURE_PREFIX):
        service = _service(compiled)
        if service.name in services:
            raise ManifestError(
                f"{manifest_path} holds service {service.name} twice, the second in {compiled.unique_id}. "
                "Keep one file in analyses/online/ per service."
            )
        services[service.name] = service
    if not services:
        raise ManifestError(
            f"{manifest_path} holds no compiled online statement. A dbt build or run rewrites its manifest without "
            f"them, so they have one of their own. {REMEDY}"
        )
    return Registry(services=dict(sorted(services.items())))


def parse_relation_name(rendered: str) -> RelationName:
    """Split `"db"."schema"."name"` (each part quoted or not); raise ManifestError for anything else."""
    part = r'(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)'
    if not re.fullmatch(rf"{part}(?:\.{part}){{1,2}}", rendered):
        raise ManifestError(
            f"The relation {rendered!r} in the manifest is not of the form schema.name or database.schema.name."
        )
    parts = [
        found[1:-1].replace('""', '"') if found.startswith('"') else found.lower()
        for found in re.findall(part, rendered)
    ]
    return RelationName(database=parts[-3] if len(parts) == 3 else None, schema=parts[-2], name=parts[-1])


_service_adapter: Final = TypeAdapter(Service)


def _service(compiled: CompiledStatement) -> Service:
    service = compiled.read(_service_adapter, name=compiled.signature.get("service"), statement=compiled.sql)
    contradictions = _contradictions(service)
    if contradictions:
        raise ManifestError(f"The signature of {compiled.unique_id} contradicts itself: {'; '.join(contradictions)}.")
    return service


def _contradictions(service: Service) -> list[str]:
    problems = []
    for kind, names in (
        ("parameters", [parameter.name for parameter in service.parameters]),
        ("features", [feature.name for feature in service.features]),
        ("views", [view.name for view in service.views]),
        ("relations", [relation.name for relation in service.relations]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            problems.append(f"{kind} named twice: {', '.join(twice)}")
    roles = [(parameter.role, parameter.name, parameter.type) for parameter in service.parameters]
    if [role for role in roles if role[0] == "as_of"] != [("as_of", "as_of", "timestamptz")]:
        problems.append("exactly one parameter must have the role as_of, with that name and type timestamptz")
    if sum(role == "event" for role, _, _ in roles) > 1:
        problems.append("at most one parameter may have the role event")
    if not service.features:
        problems.append("there is no feature")
    relations = {relation.name for relation in service.relations}
    problems += [
        f"view {view.name} reads {view.events}, which is not among the relations"
        for view in service.views
        if view.events not in relations
    ]
    return problems
