"""Keys of a spine that no event has: another system's ids, padding, another type. Their features are all empty."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from truepoint.arrow.shown import shown
from truepoint.compiled.training_statement import TrainingStatement

HAS_COLUMN: Final = """
select exists (
    select from pg_attribute
    where attrelid = to_regclass(%s) and attname = %s and attnum > 0 and not attisdropped
)
"""
EXAMPLE: Final = "select rows.{key} from {relation} as rows where rows.{key} is not null limit 1"
COMMON: Final = """
select exists (
    select from {spine} as spine
    inner join {relation} as events on spine.{key} = events.{key}
)
"""


@dataclass(frozen=True)
class UnknownKey:
    """A key column of which the events have no value of the spine's. Examples: of both; None where no event has one."""

    column: str
    given: str
    known: str | None

    def warning(self, spine_name: str) -> str:
        """What to tell."""
        known = "no event has any" if self.known is None else f"events have for example {shown(self.known)}"
        return (
            f"No {self.column} of {spine_name} is known in the events: it has for example {shown(self.given)}, "
            f"{known}. Features by {self.column} are those of a key without events."
        )


Example = Callable[[str, str], Any]  # relation, column: a value that is not null, or None
IsCommon = Callable[[str, str], bool]  # relation, column: whether it and the spine have a value in common


def find_unknown_keys(
    statement: TrainingStatement,
    *,
    relations_with: Callable[[str], Iterable[str]],
    example: Example,
    is_common: IsCommon,
) -> tuple[UnknownKey, ...]:
    """The key columns with values of which no relation of events that has the column knows one."""
    unknown = []
    for column in (each.name for each in statement.given_columns if each.role == "entity"):
        given = example(statement.spine, column)
        relations = list(relations_with(column))
        if given is None or not relations or any(is_common(relation, column) for relation in relations):
            continue
        known = next((value for relation in relations if (value := example(relation, column)) is not None), None)
        unknown.append(UnknownKey(column, str(given), None if known is None else str(known)))
    return tuple(unknown)


def find_in_postgres(connection: "psycopg.Connection[Any]", statement: TrainingStatement) -> tuple[UnknownKey, ...]:
    """`find_unknown_keys` over the temporary relation of the spine in this session."""

    def answer(text: str, relation: str, key: str) -> Any:
        parts = {"key": sql.Identifier(key), "relation": sql.SQL(relation), "spine": sql.Identifier(statement.spine)}
        found = connection.execute(sql.SQL(text).format(**parts)).fetchone()
        return found and found[0]

    def has(relation: str, key: str) -> bool:
        found = connection.execute(HAS_COLUMN, [relation, key]).fetchone()
        return bool(found and found[0])

    return find_unknown_keys(
        statement,
        relations_with=lambda key: (each.relation for each in statement.relations if has(each.relation, key)),
        example=lambda relation, key: answer(EXAMPLE, relation, key),
        is_common=lambda relation, key: bool(answer(COMMON, relation, key)),
    )
