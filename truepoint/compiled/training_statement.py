"""The training statement of a service, as dbt compiled it."""

from pathlib import Path
from typing import Final, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass as validated_dataclass

from truepoint.compiled.manifest import REMEDY, read_compiled_statements
from truepoint.compiled.registry import Relation, ValueType
from truepoint.errors import ManifestError

SIGNATURE_PREFIX: Final = "-- truepoint-training-signature: "

# Rows whose answer may still change: which is the first, and how many. Each engine shows times in its own way.
UNSETTLED: Final = """
select spine.ord, {shown_as_of}, {shown_settled}, count(*) over ()
from {spine} as spine
where spine.as_of > {settled}
order by spine.ord
limit 1
"""

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

    settled: SQL for the latest as-of time whose answers are final. work_mem: Postgres' setting while it runs.
    relations: what the statement reads. Result columns: ord bigint, then each feature; rows in the
    order of ord, one per row of the spine.
    """

    service: str
    definition_version: str
    spine: str
    columns: tuple[SpineColumn, ...]
    settled: str
    work_mem: str
    features: tuple[TrainingFeature, ...]
    relations: tuple[Relation, ...]
    sql: str

    @property
    def given_columns(self) -> tuple[SpineColumn, ...]:
        """The columns that are read from the spine."""
        return tuple(column for column in self.columns if column.is_given)


_adapter: Final = TypeAdapter(TrainingStatement)


def load_training_statement(manifest_path: Path, service: str) -> TrainingStatement:
    """Read the statement of `service` from the online manifest. Raises ManifestError, with the services there are."""
    compiled = read_compiled_statements(manifest_path, SIGNATURE_PREFIX)
    found = [each for each in compiled if each.signature.get("service") == service]
    if len(found) != 1:
        known = sorted({str(each.signature.get("service")) for each in compiled})
        raise ManifestError(
            f"{manifest_path} holds {len(found)} training statements of a service {service} "
            f"(it holds: {', '.join(known) or 'none'}). A service has one in analyses/training/, with the line "
            f"{{{{ truepoint.training_statement('{service}') }}}}. {REMEDY}"
        )
    return found[0].read(_adapter, sql=found[0].sql)
