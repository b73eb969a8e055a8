"""What every engine gives back: the features of a spine's rows, in their order."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from truepoint.arrow.types import ARROW_TYPES
from truepoint.compiled.training_statement import TrainingStatement
from truepoint.errors import WarehouseError
from truepoint.settings import Settings
from truepoint.training_sets.checking import CheckedSpine
from truepoint.training_sets.unknown_keys import UnknownKey

Take = Callable[[int], Any]


@dataclass(frozen=True)
class Computed:
    """rows: of the spine. take: each call gives the features of the next rows of the spine, as a batch.

    unknown_keys: of the spine, that no event has.
    """

    rows: int
    take: Take
    unknown_keys: tuple[UnknownKey, ...]


class Engine(Protocol):
    """Reads the spine, refuses what is not settled, calls `on_computing`, and computes the features while it is open.

    Raises SpineError, WarehouseError; SettingsError and LakeError where the engine lacks something.
    """

    def __call__(
        self, checked: CheckedSpine, batches: Iterable[Any], *, settings: Settings, on_computing: Callable[[], None]
    ) -> AbstractContextManager[Computed]: ...


def result_schema(statement: TrainingStatement) -> Any:
    """Arrow schema of the statement's rows: ord, and each feature."""
    return pa.schema(
        [("ord", pa.int64()), *((feature.name, ARROW_TYPES[feature.type]) for feature in statement.features)]
    )


class OrderedFeatures:
    """Batches of the statement's rows, held against the order of the spine: one row for each of its rows."""

    def __init__(self, rows: Take) -> None:
        self._rows = rows
        self._taken = 0

    def take(self, count: int) -> Any:
        """The features of the next `count` rows. Raises WarehouseError where they are not those of these rows."""
        batch = self._rows(count)
        first, last = self._taken + 1, self._taken + count
        if batch.column(0).to_pylist() != list(range(first, last + 1)):
            raise WarehouseError(f"The statement did not give one row for each of rows {first} to {last} of the spine.")
        self._taken += count
        return batch.select(batch.schema.names[1:])

    def end(self) -> None:
        """Raises WarehouseError where there are more rows."""
        if self._rows(1).num_rows:
            raise WarehouseError(f"The statement gave more rows than the {self._taken} of the spine.")


def unsettled_message(name: str, *, row: int, as_of: str, settled: str, count: int) -> str:
    """The refusal of rows whose answer may still change; row is the first of `count`."""
    others = f" (and {count - 1:,} more)" if count > 1 else ""
    return (
        f"{name}, row {row}{others}: as_of is {as_of}, later than the settled time, {settled}: what is known as of "
        "then may still change. Leave such rows out, or ask again later. Nothing was written."
    )


def undeclared_message(faults: Iterable[str]) -> str:
    """The refusal where columns are not what is declared of them."""
    return (
        f"What is declared is not what the database has: {'; '.join(faults)}. Let the model cast, or declare the type "
        "that it is; then run dbt, and compile again. Nothing was written."
    )
