"""Types of the compiler and of Postgres as Arrow types."""

import re
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

BATCH_ROWS: Final = 65_536

# A numeric needs a scale in Arrow. This one: 20 digits before the point and 18 after it, and other engines read it.
NUMERIC: Final = pa.decimal128(38, 18)

_SCALARS: Final[dict[str, Any]] = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "numeric": NUMERIC,
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "uuid": pa.string(),  # in lower case, as Postgres and Spark show it
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", "UTC"),
}
ARROW_TYPES: Final[dict[str, Any]] = {**_SCALARS, **{f"{name}[]": pa.list_(type_) for name, type_ in _SCALARS.items()}}
# Other types of Postgres that keep their meaning in Arrow. Any further one comes as the text that Postgres shows.
OTHER_TYPES: Final[dict[str, Any]] = {
    "timestamp with time zone": ARROW_TYPES["timestamptz"],
    "timestamp without time zone": pa.timestamp("us"),
    "real": pa.float32(),
}


@dataclass(frozen=True)
class Column:
    """A column: its name, the database's type, the Arrow type its values are sent from, and whether null is refused.

    most_characters: of a varchar(n) or char(n). labels: of an enum. Both are text to Arrow.
    """

    name: str
    database_type: str
    arrow_type: Any
    is_required: bool
    most_characters: int | None = None
    labels: tuple[str, ...] | None = None


def arrow_type(type_name: str) -> Any:
    """The Arrow type of a column that Postgres' catalogue shows as `type_name`; text where Arrow has none like it."""
    numeric = re.fullmatch(r"numeric\((\d+),(\d+)\)", type_name)
    if numeric and int(numeric[1]) <= 38:
        return pa.decimal128(int(numeric[1]), int(numeric[2]))
    if type_name == "numeric":
        return NUMERIC
    return OTHER_TYPES.get(type_name) or _SCALARS.get(type_name) or pa.string()
