"""Features computed in Spark, over the lake. The spine goes there as Parquet, and the result comes back as Parquet."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from truepoint.arrow.types import ARROW_TYPES, BATCH_ROWS
from truepoint.compiled.manifest import COMPILE_COMMAND, digest_definitions
from truepoint.errors import LakeError, ManifestError, SettingsError, SpineError, WarehouseError, first_line
from truepoint.settings import Settings
from truepoint.training_sets.checking import CheckedSpine
from truepoint.training_sets.computing import (
    Computed,
    OrderedFeatures,
    result_schema,
    undeclared_message,
    unsettled_message,
)
from truepoint.training_sets.java import spark_environment
from truepoint.training_sets.unknown_keys import UnknownKey


@contextmanager
def compute_in_spark(
    checked: CheckedSpine, batches: Iterable[Any], *, settings: Settings, on_computing: Callable[[], None]
) -> Iterator[Computed]:
    """Run the service's statement in a Spark of its own process. See Engine; files lie in a temporary folder."""
    lake = _lake(settings)
    environment = spark_environment(os.environ)
    # Broken off, it is removed while Java may still write to it.
    with tempfile.TemporaryDirectory(prefix="truepoint-spark-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        rows = _write_spine(checked, batches, folder / "spine")
        on_computing()
        job = {
            "service": checked.statement.service,
            "folder": name,
            "target_path": str(folder / "target"),
            "definitions": digest_definitions(settings.online_manifest_path),
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        # Tables and catalogue of the session are of no use to anybody else, and another session may be open.
        environment |= {
            "TRUEPOINT_LAKE": lake,
            "TRUEPOINT_SPARK_DIR": str(folder / "session"),
            "TRUEPOINT_SPARK_CATALOGUE": "in-memory",
            "SPARK_LOCAL_DIRS": str(folder / "spill"),
        }
        outcome = _run(folder, settings, environment)
        _raise_outcome(outcome, checked)
        unknown_keys = tuple(UnknownKey(**found) for found in outcome.get("unknown_keys", ()))
        result = _Result(sorted((folder / "result").glob("part-*.parquet")), result_schema(checked.statement))
        features = OrderedFeatures(result.take)
        try:
            yield Computed(rows=rows, take=features.take, unknown_keys=unknown_keys)
        except pa.ArrowException as error:
            raise WarehouseError(
                f"A feature of {checked.statement.service} has a value that cannot be kept: {first_line(error)}. "
                "Nothing was written."
            ) from error
        features.end()


def _lake(settings: Settings) -> str:
    """The lake's URL, or its folder as an absolute path."""
    if not settings.lake:
        raise SettingsError("Target spark reads a lake. Let TRUEPOINT_LAKE name it.")
    if "://" in settings.lake:
        return settings.lake
    folder = Path(settings.lake).expanduser().absolute()
    if not (folder / "exports").is_dir():
        raise LakeError(f"There is no export in the lake {settings.lake}. Write one: truepoint lake export")
    return str(folder)


def _write_spine(checked: CheckedSpine, batches: Iterable[Any], folder: Path) -> int:
    folder.mkdir()
    schema = pa.schema([(column.name, ARROW_TYPES[column.type]) for column in checked.statement.columns])
    rows = 0
    with pq.ParquetWriter(folder / "part-0.parquet", schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _run(folder: Path, settings: Settings, environment: dict[str, str]) -> dict[str, Any]:
    """Do the job of the folder; return its outcome. Raises WarehouseError where it ends without one."""
    with (folder / "output").open("wb") as output:
        finished = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "truepoint.training_sets.spark_job", str(folder / "job.json")],
            cwd=settings.dbt_project_dir, env=environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    try:
        outcome: dict[str, Any] = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        lines = (folder / "output").read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it printed nothing")
        raise WarehouseError(
            f"Spark ended with status {finished.returncode} and no result; its last line: {last}. Nothing was written."
        ) from error
    return outcome


def _raise_outcome(outcome: dict[str, Any], checked: CheckedSpine) -> None:
    service = checked.statement.service
    match outcome["kind"]:
        case "done":
            return
        case "unsettled":
            raise SpineError(
                unsettled_message(
                    checked.spine.name,
                    row=outcome["row"],
                    as_of=_time_text(outcome["as_of_us"]),
                    settled=_time_text(outcome["settled_us"]),
                    count=outcome["count"],
                )
            )
        case "undeclared":
            raise WarehouseError(undeclared_message(outcome["faults"]))
        case "changed":
            raise ManifestError(
                f"The definitions were changed after the statements of {service} were compiled. Compile again: "
                f"{COMPILE_COMMAND}"
            )
        case "dbt":
            raise WarehouseError(f"dbt could not prepare Spark. Nothing was written. It says:\n{outcome['message']}")
    message = first_line(Exception(outcome["message"]))
    if "out of range" in message or "38 digits" in message:
        raise WarehouseError(
            f"A feature of {service} has a value that its type does not hold: {message}. Nothing was written."
        )
    raise WarehouseError(f"Spark could not compute the features of {service}: {message}. Nothing was written.")


def _time_text(microseconds: int) -> str:
    """A time as Postgres shows it in UTC."""
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    fraction = f".{time.microsecond:06}".rstrip("0") if time.microsecond else ""
    return f"{time:%Y-%m-%d %H:%M:%S}{fraction}+00"


class _Result:
    """Rows of Parquet files, one after the other, as batches of any size, in the types of `schema`."""

    def __init__(self, files: list[Path], schema: Any) -> None:
        self._schema = schema
        self._batches = self._read(files)
        self._rest: Any = schema.empty_table()

    def take(self, count: int) -> Any:
        """The next `count` rows as one batch; fewer at the end."""
        parts = [self._rest]
        rows = self._rest.num_rows
        while rows < count and (part := next(self._batches, None)) is not None:
            parts.append(part)
            rows += part.num_rows
        table = pa.concat_tables(parts)
        self._rest = table.slice(count)
        taken = table.slice(0, count)
        arrays = [column.combine_chunks() for column in taken.columns]
        return pa.RecordBatch.from_arrays(
            [array.chunk(0) if isinstance(array, pa.ChunkedArray) else array for array in arrays], schema=self._schema
        )

    def _read(self, files: list[Path]) -> Iterator[Any]:
        for path in files:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=BATCH_ROWS):
                    yield pa.Table.from_batches([batch]).select(self._schema.names).cast(self._schema)
