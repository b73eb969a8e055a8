"""Types as definitions declare them, such as varchar(20), against what an engine's catalogue calls a column's type."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

_POSTGRES_NAMES: Final = {
    "timestamptz": ("timestamp with time zone",),
    "varchar": ("character varying",),
    "char": ("character",),
}
_SPARK_NAMES: Final = {
    "integer": ("int",),
    "double precision": ("double",),
    "numeric": ("decimal",),
    "timestamptz": ("timestamp",),
    **dict.fromkeys(("text", "uuid", "varchar", "char", "enum"), ("string", "varchar", "char")),
}


def faults_of_columns(declared: Mapping[str, str], found: Mapping[str, Collection[str]]) -> list[str]:
    """What the columns of a relation in Postgres are not that they are declared to be.

    found: of each column the names of its type: as it is shown, with its precision, and alone.
    """
    return list(_faults(declared, found, _POSTGRES_NAMES))


def faults_of_spark_columns(declared: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """faults_of_columns, of a relation in Spark; found: of each column its type as Spark shows it."""
    return list(_faults(declared, {name: (type_, _alone(type_)) for name, type_ in found.items()}, _SPARK_NAMES))


def _faults(
    declared: Mapping[str, str], found: Mapping[str, Collection[str]], names: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for column, wanted in declared.items():
        alone = _alone(wanted)
        allowed = names.get(alone, (alone,))
        if alone == "numeric":  # its precision is part of what is promised; the length of a text is not
            allowed = tuple(name + wanted.removeprefix(alone) for name in allowed)
        if column not in found:
            yield f"{column} is declared {wanted} and is not there"
        elif not set(allowed) & set(found[column]):
            yield f"{column} is declared {wanted} and is {next(iter(found[column]))}"


def _alone(type_name: str) -> str:
    return type_name.partition("(")[0]
