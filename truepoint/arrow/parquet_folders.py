"""The Parquet files of a folder, and the columns that its folders' names are."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from truepoint.errors import DataFileError

MAGIC: Final = b"PAR1"
NULL_FOLDER: Final = "__HIVE_DEFAULT_PARTITION__"
# Folders whose files alone do not say which rows there are: a log does.
LOGS: Final[dict[str, str]] = {
    "_delta_log": "a Delta table, whose log says which of the files count",
    ".hoodie": "a Hudi table, whose log says which of the files count",
    "_spark_metadata": "written by a Spark stream, whose log says which of the files count",
    "_temporary": "not whole: who writes it has not ended, or failed",
}


@dataclass(frozen=True)
class FoundFile:
    """A file, and the values of the partitions that it lies in, by column; null as Hive and Spark write it."""

    path: Path
    partitions: dict[str, str | None]


def find_parquet_files(path: Path, name: str) -> list[FoundFile]:
    """The file, or all files below the folder in the order of their names; hidden ones (_SUCCESS, .crc) are not data.

    Raises DataFileError where the folder holds none, or anything that is not known to be its rows.
    """
    if not path.is_dir():
        return [FoundFile(path, {})]
    found = list(_walk(path, {}, name))
    if not found:
        raise DataFileError(f"{name} is a folder without a Parquet file in it")
    columns = list(found[0].partitions)
    for file in found:
        if list(file.partitions) != columns:
            raise DataFileError(
                f"{name} is not one table: {found[0].path.name} lies in folders of {_listed(columns)}, and "
                f"{file.path.name} in folders of {_listed(list(file.partitions))}"
            )
    return found


def _walk(folder: Path, partitions: dict[str, str | None], name: str) -> list[FoundFile]:
    found = []
    for entry in sorted(folder.iterdir()):
        if entry.name in LOGS:
            raise DataFileError(
                f"{name} is {LOGS[entry.name]} ({entry.name}). Have its owner write the rows as plain Parquet first"
            )
        if entry.name.startswith(".") or (entry.name.startswith("_") and "=" not in entry.name):
            continue
        if entry.is_dir():
            column, is_partition, value = entry.name.partition("=")
            if not is_partition:
                found += _walk(entry, partitions, name)
            elif (column := unquote(column)) in partitions:
                raise DataFileError(f"{name} has folders of {column} within folders of {column}")
            else:
                found += _walk(entry, partitions | {column: None if value == NULL_FOLDER else unquote(value)}, name)
        elif not _is_parquet(entry):
            raise DataFileError(
                f"{name} is a folder, and {entry.name} in it is no Parquet file. A folder's files must all be Parquet"
            )
        else:
            found.append(FoundFile(entry, partitions))
    return found


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _listed(columns: list[str]) -> str:
    return ", ".join(columns) or "none"
