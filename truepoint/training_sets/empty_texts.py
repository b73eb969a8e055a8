"""Empty texts of a CSV file that may be meant as null: a program that quotes every field writes both as `""`."""

from typing import Any, Final

import pyarrow.compute as pc

MOST_NAMES: Final = 5


class EmptyTexts:
    """Empty texts of a file's columns, and its nulls, counted batch by batch."""

    def __init__(self) -> None:
        self._empty: dict[str, int] = {}
        self._nulls = 0

    def count(self, batch: Any) -> None:
        """Count those of one batch, whose columns are bytes."""
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            empty = pc.sum(pc.equal(pc.binary_length(values), 0)).as_py() or 0
            self._empty[name] = self._empty.get(name, 0) + empty
            self._nulls += values.null_count

    def warning(self, file_name: str) -> str | None:
        """The columns in which both could be meant; None where there are none.

        A file with an unquoted empty field comes from a program that keeps the two apart.
        """
        found = [(name, count) for name, count in self._empty.items() if count]
        if self._nulls or not found:
            return None
        named = ", ".join(f"{name} ({count:,})" for name, count in found[:MOST_NAMES])
        more = f" and {len(found) - MOST_NAMES} more" if len(found) > MOST_NAMES else ""
        return (
            f'{file_name} has quoted empty fields ("") in {named}{more}, and no unquoted ones, which are null. They '
            "are taken as empty texts. If they are meant as null: --empty-as-null (in Python empty_as_null=True)."
        )
