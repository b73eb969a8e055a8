"""A world on disk: Parquet files that every contender reads, or that are copied into its database."""

import json
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from benchmarks.training.generator import generate
from benchmarks.training.worlds import World

_ROW_GROUP: Final = 250_000
# A changed generator makes other rows of the same world.
_GENERATOR: Final = zlib.crc32(Path(__file__).with_name("generator.py").read_bytes())


def write_dataset(world: World, parent: Path) -> Path:
    """Write `world` to a folder of its own under `parent`, unless it is there. Returns the folder.

    It has the folders transactions/ and spine/, each with one Parquet file.
    """
    folder = parent / world.name
    stamp = folder / "world.json"
    description = json.dumps({**asdict(world), "generator": _GENERATOR})
    if stamp.exists() and stamp.read_text(encoding="utf-8") == description:
        return folder
    events, spine = generate(world)
    for name, table in (("transactions", events), ("spine", spine)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / name / "part-0.parquet", row_group_size=_ROW_GROUP)
    stamp.write_text(description, encoding="utf-8")
    return folder


def events_path(dataset: Path) -> Path:
    """The Parquet file of a dataset's events."""
    return dataset / "transactions" / "part-0.parquet"


def spine_path(dataset: Path) -> Path:
    """The Parquet file of a dataset's spine."""
    return dataset / "spine" / "part-0.parquet"
