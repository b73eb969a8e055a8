"""A spine's columns against what the statement asks for: refused as a whole, or by row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from truepoint.arrow.casting import first_failing
from truepoint.arrow.files import NOT_UTF8
from truepoint.arrow.types import ARROW_TYPES, Column
from truepoint.arrow.values import fit_column, type_problem
from truepoint.compiled.training_statement import TrainingStatement
from truepoint.errors import SpineError
from truepoint.training_sets.empty_texts import EmptyTexts
from truepoint.training_sets.spine import Spine


@dataclass(frozen=True)
class CheckedSpine:
    """A spine whose columns are right. Its values are checked while it is read.

    schema: of the rows as they are kept, all columns of the spine; `kept` gives them. `sent` gives the columns of the
    statement's relation. Both are in the spine's order, and raise SpineError, with the row, for a value that does not
    fit.
    """

    spine: Spine
    statement: TrainingStatement
    schema: Any

    def sent(self, empty_texts: EmptyTexts | None = None) -> Iterator[Any]:
        """Batches of the relation's columns, ord and spine_id among them.

        empty_texts: counts those of a CSV file.
        """
        first_row = 1
        for batch in self.spine.read():
            if self.spine.is_csv and empty_texts is not None:
                empty_texts.count(batch)
            fitted = self._fitted(batch, first_row)
            ord_ = pa.array(np.arange(first_row, first_row + batch.num_rows))
            made = {"ord": ord_, "spine_id": ord_.cast(pa.string())}
            arrays, names = [], []
            for column in self.statement.columns:
                values = fitted.get(column.name) if column.is_given else made[column.role]
                arrays.append(pa.nulls(batch.num_rows, ARROW_TYPES[column.type]) if values is None else values)
                names.append(column.name)
            yield pa.RecordBatch.from_arrays(arrays, names=names)
            first_row += batch.num_rows

    def kept(self) -> Iterator[Any]:
        """Batches of all columns of the spine: as given; those of text in the wanted types, or as text."""
        first_row = 1
        for batch in self.spine.read():
            yield self._typed(batch, first_row) if self.spine.texts else batch
            first_row += batch.num_rows

    def _typed(self, batch: Any, first_row: int) -> Any:
        fitted = self._fitted(batch, first_row)
        arrays = [
            fitted.get(field.name, values).cast(field.type) if field.name in self.spine.texts else values
            for field, values in zip(self.schema, batch.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _fitted(self, batch: Any, first_row: int) -> dict[str, Any]:
        fitted, problems = {}, []
        for column in _wanted(self.statement, batch.schema):
            fitted[column.name], problem = fit_column(column, batch.column(column.name))
            if problem:
                problems.append(problem)
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            if name in self.spine.texts and name not in fitted:
                wrong = first_failing(values, pa.string())
                if wrong is not None:
                    problems.append((wrong, f"{name} {NOT_UTF8}"))
        if problems:
            index, reason = min(problems)
            if self.spine.is_csv and " is ''," in reason:
                reason += "; if a quoted empty field is meant as null: --empty-as-null"
            raise SpineError(f"{self.spine.name}, row {first_row + index}: {reason}. Nothing was written.")
        return fitted


def _plain(name: str) -> str:
    """A column's name as people tell names apart: without case, blanks, hyphens and underscores."""
    return re.sub(r"[\s_-]", "", name).casefold()


def check_spine(spine: Spine, statement: TrainingStatement) -> CheckedSpine:
    """Check names and types of the columns. Raises SpineError that lists every mistake."""
    names = list(spine.schema.names)
    problems = []
    for absent in (column for column in statement.given_columns if column.name not in names):
        alike = next((name for name in names if _plain(name) == _plain(absent.name)), None)
        if alike is not None:  # also where the column may be absent: its values would count for nothing
            problems.append(f"column {absent.name} is missing, and {alike!r} is there; rename it")
        elif not absent.may_be_absent:
            problems.append(f"column {absent.name} is missing")
    problems += [
        f"column {name} is there {names.count(name)} times" for name in dict.fromkeys(names) if names.count(name) > 1
    ]
    features = {feature.name for feature in statement.features}
    problems += [
        f"column {name} has the name of a feature, which is to be added; rename it or leave it out"
        for name in dict.fromkeys(names)
        if name in features
    ]
    for column in _wanted(statement, spine.schema):
        if names.count(column.name) == 1 and column.name not in spine.texts:
            given = spine.schema.field(column.name).type
            problem = type_problem(given, column, wants=f"service {statement.service} wants")
            if problem:
                problems.append(f"column {column.name} is {problem}")
    if problems:
        wanted = ", ".join(
            f"{column.name} ({column.type}{', if any' if column.may_be_absent else ''})"
            for column in statement.given_columns
        )
        raise SpineError(
            f"{spine.name} is no spine of service {statement.service}: {'; '.join(problems)}. It must have: {wanted}; "
            "other columns are kept. Nothing was written."
        )
    types = {column.name: column.arrow_type for column in _wanted(statement, spine.schema)}
    fields = [
        pa.field(field.name, types.get(field.name, pa.string())) if field.name in spine.texts else field
        for field in spine.schema
    ]
    schema = pa.schema(fields, metadata=spine.schema.metadata)
    return CheckedSpine(spine=spine, statement=statement, schema=schema)


def _wanted(statement: TrainingStatement, schema: Any) -> list[Column]:
    """The columns that the statement wants and the spine has."""
    return [
        Column(
            name=column.name,
            database_type=column.type,
            arrow_type=ARROW_TYPES[column.type],
            is_required=column.role == "as_of",
        )
        for column in statement.given_columns
        if column.name in schema.names
    ]
