"""Three features to begin with: how many, how much or of how many kinds, and how long ago."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from truepoint.scaffolding.roles import Roles, Staged

_LONGEST_SUBJECT: Final = 36
_LONGEST_NAME: Final = 63
_SUMMED: Final = ("numeric", "bigint", "integer")
_NO_AMOUNT: Final = re.compile(r"(^|_)(id|no|number|code|year|month|day|version|status|type|pin|zip)(_|$)")
_CURRENCY: Final = re.compile(r"(^|_)(currency|ccy)(_code)?$")


@dataclass(frozen=True)
class Feature:
    """A feature as YAML writes it."""

    name: str
    description: str
    data_type: str
    definition: str


def choose_features(roles: Roles, *, entity: str, table: str) -> tuple[Feature, ...]:
    """The three features of an entity over a table of events."""
    subject = f"{entity}_{table}"[:_LONGEST_SUBJECT].rstrip("_")
    of_key = f"of the {entity.replace('_', ' ')}"
    return (
        Feature(
            f"{subject}_count_24h",
            f"Rows of {table} {of_key} in the last 24 hours. A count, never null.",
            "bigint",
            "{aggregate: count, window: 24h}",
        ),
        _second(roles, subject, of_key),
        Feature(
            f"{subject}_seconds_since_last",
            f"Seconds since the latest row of {table} {of_key} in the last 90 days. Null without one.",
            "double precision",
            "{aggregate: seconds_since_last, window: 90d}",
        ),
    )


def _second(roles: Roles, subject: str, of_key: str) -> Feature:
    used = {staged.name for staged in (*roles.entities, roles.event_id, roles.event_time, roles.known_at)}
    others = [staged for staged in roles.columns if staged.name not in used and not staged.column.is_unique]
    amount = None if any(_CURRENCY.search(staged.name) for staged in roles.columns) else _amount(others)
    if amount is not None:
        return Feature(
            _name(subject, amount, "sum_30d"),
            f"Sum of {amount.name} {of_key} in the last 30 days. 0 where there is none.",
            "numeric" if amount.value_type == "numeric" else "bigint",
            f"{{aggregate: sum, of: {amount.name}, window: 30d}}",
        )
    kinds = sorted(others, key=lambda staged: (not staged.column.is_reference, staged.value_type != "text"))
    for kind in kinds:
        if kind.value_type in ("text", "uuid", "bigint", "integer", "smallint") or kind.column.is_reference:
            return Feature(
                _name(subject, kind, "distinct_30d"),
                f"Different values of {kind.name} {of_key} in the last 30 days. A count, never null.",
                "bigint",
                f"{{aggregate: count_distinct, of: {kind.name}, window: 30d}}",
            )
    return Feature(
        f"{subject}_count_30d",
        f"Rows {of_key} in the last 30 days. A count, never null.",
        "bigint",
        "{aggregate: count, window: 30d}",
    )


def _name(subject: str, column: Staged, ending: str) -> str:
    return f"{subject}_{column.name[: _LONGEST_NAME - len(subject) - len(ending) - 2]}_{ending}"


def _amount(columns: Sequence[Staged]) -> Staged | None:
    for value_type in _SUMMED:
        for staged in columns:
            if (
                staged.value_type == value_type
                and not staged.column.is_reference
                and not _NO_AMOUNT.search(staged.name)
            ):
                return staged
    return None
