"""Rows that ask for features, wherever they come from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spine:
    """Rows that ask for features.

    name: for messages. schema: of the batches that `read` gives; each call reads the rows anew, in the same order.
    rows: their number where it is known. texts: columns whose values are text, or bytes of it, for values of another
    type: all of a CSV file, a partition's folders, columns of a table with values that Arrow has not. What the service
    asks for is read from the text, other columns stay as they are. is_csv: whether an empty text can be a null that
    was quoted.
    """

    name: str
    schema: Any
    rows: int | None
    read: Callable[[], Iterator[Any]]
    texts: frozenset[str] = field(default_factory=frozenset)
    is_csv: bool = False
