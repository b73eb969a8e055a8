"""The event tables of a test's database as a lake: a folder of Parquet files for each, and when they were settled."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from truepoint.loading.catalogue import read_event_table

if TYPE_CHECKING:
    import psycopg

TABLES: Final = ("accounts", "chargebacks", "transactions")


def write_lake(connection: "psycopg.Connection[Any]", lake: Path, *, settled_at: datetime) -> None:
    """Write each event table to `lake`/<table>, and `settled_at` to `lake`/exports."""
    for name in TABLES:
        table = read_event_table(connection, name)
        rows = connection.execute(f"select {', '.join(table.column_names)} from payments.{name}").fetchall()
        columns = list(zip(*rows, strict=True))
        _write(pa.table([*columns], schema=table.arrow_schema), lake / name)
    schema = pa.schema([("settled_at", pa.timestamp("us", tz="UTC"))])
    _write(pa.table([[settled_at]], schema=schema), lake / "exports")


def _write(rows: Any, folder: Path) -> None:
    folder.mkdir(parents=True)
    pq.write_table(rows, folder / "part-0.parquet")
