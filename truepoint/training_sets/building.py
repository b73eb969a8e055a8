"""Training sets: the rows of a spine, in their order, with a service's features beside them."""

import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pyarrow as pa

from truepoint.arrow.types import ARROW_TYPES
from truepoint.compiled.training_statement import load_training_statement
from truepoint.errors import SettingsError, SpineError
from truepoint.postgres.warehouse import running_dsn
from truepoint.settings import Settings, load_settings
from truepoint.training_sets.checking import CheckedSpine, check_spine
from truepoint.training_sets.computing import Engine
from truepoint.training_sets.database import compute_in_postgres
from truepoint.training_sets.empty_texts import EmptyTexts
from truepoint.training_sets.output import open_output
from truepoint.training_sets.spark import compute_in_spark
from truepoint.training_sets.spine_files import CsvForm
from truepoint.training_sets.spines import open_spine

if TYPE_CHECKING:
    import pandas as pd

Phase = Literal["reading", "computing", "writing"]
# Called with what is being done, the rows done so far, and all rows, or None while they are not known.
OnProgress = Callable[[Phase, int, int | None], None]
OnWarning = Callable[[str], None]

TARGETS: Final[dict[str, Engine]] = {"postgres": compute_in_postgres, "spark": compute_in_spark}
METADATA_SERVICE: Final = b"truepoint.service"
METADATA_VERSION: Final = b"truepoint.definition_version"
FOREIGN: Final = (b"org.apache.spark.", b"parquet.avro.", b"iceberg.")


class SpineWarning(UserWarning):
    """A spine is taken as it is, and is probably not as it was meant."""


@dataclass(frozen=True)
class _Reports:
    """Whom to tell how far it is, and what is probably not meant."""

    progress: OnProgress
    warning: OnWarning


@dataclass(frozen=True)
class _Rows:
    """A training set being read. schema: of the batches, with the definition version in its metadata."""

    schema: Any
    batches: Iterator[Any]


def training_set(
    spine: "str | Path | pa.Table | pd.DataFrame",
    *,
    service: str,
    result: Literal["arrow", "pandas"] = "arrow",
    target: str = "postgres",
    delimiter: str = ",",
    empty_as_null: bool = False,
    settings: Settings | None = None,
    on_progress: OnProgress | None = None,
    on_warning: OnWarning | None = None,
) -> Any:
    """Return the rows of `spine`, in their order, with the features of `service` as known at each row's as_of.

    spine: the path of a .parquet or .csv file or of a folder of Parquet files, the name of a table of the database, a
    pyarrow Table or a pandas DataFrame. It has the service's keys and request fields, `as_of` (times with a zone) and,
    if rows decide on events, `event_id`. All its columns are kept. A null key has no events.
    result: "arrow" gives a pyarrow Table. "pandas" gives a DataFrame, with nullable integers and booleans so that no
    value changes, and the index of `spine` where that is a frame.
    target: "postgres", or "spark", which computes the same values in a local Spark over the lake of the settings.
    delimiter, empty_as_null: of a CSV file; the latter takes a quoted empty field as null, as an unquoted one is.
    on_warning: called with a sentence about what is probably not meant: keys of which the events have none, empty texts
    where null may be meant. Without it, a SpineWarning is issued.

    Raises SpineError where the spine is refused (a column missing or of a wrong type, a naive or null time, an as_of
    later than the settled time), ManifestError where the service is not compiled, WarehouseError for the database
    or Spark, LakeError and SettingsError where Spark lacks its lake, its packages or a Java.
    """
    if result not in ("arrow", "pandas"):
        raise SettingsError(f"result is {result!r}. Allowed: arrow, pandas.")
    reports = _Reports(on_progress or _no_progress, on_warning or _warn)
    form = CsvForm(delimiter, empty_as_null)
    with _open_rows(spine, form, service=service, target=target, settings=settings, reports=reports) as rows:
        table = pa.Table.from_batches(rows.batches, schema=rows.schema)
    if result == "arrow":
        return table
    return _to_pandas(table, spine)


def write_training_set(
    spine: "str | Path | pa.Table | pd.DataFrame",
    out: Path,
    *,
    service: str,
    target: str = "postgres",
    delimiter: str = ",",
    empty_as_null: bool = False,
    settings: Settings | None = None,
    on_progress: OnProgress | None = None,
    on_warning: OnWarning | None = None,
) -> int:
    """Write what `training_set` returns to a .parquet or .csv file, in bounded memory; return the number of rows.

    The file is written whole or not at all; one that is there is replaced. Raises as `training_set` does.
    """
    if isinstance(spine, str | Path) and Path(spine).exists() and out.exists() and out.samefile(spine):
        raise SpineError(f"{out} is the spine itself. Write the result to another file.")
    if isinstance(spine, str | Path) and Path(spine).is_dir() and out.resolve().is_relative_to(Path(spine).resolve()):
        raise SpineError(f"{out} lies in the spine's folder, and would be part of it. Write the result elsewhere.")
    reports = _Reports(on_progress or _no_progress, on_warning or _warn)
    form = CsvForm(delimiter, empty_as_null)
    written = 0
    with (
        _open_rows(spine, form, service=service, target=target, settings=settings, reports=reports) as rows,
        open_output(out, rows.schema) as write,
    ):
        for batch in rows.batches:
            write(batch)
            written += batch.num_rows
    return written


@contextmanager
def _open_rows(
    given: Any, form: CsvForm, *, service: str, target: str, settings: Settings | None, reports: _Reports
) -> Iterator[_Rows]:
    if target not in TARGETS:
        raise SettingsError(f"target is {target!r}. Allowed: {', '.join(TARGETS)}.")
    settings = settings or load_settings()
    statement = load_training_statement(settings.online_manifest_path, service)
    wanted = [column.name for column in statement.given_columns]
    with open_spine(given, running_dsn(settings), wanted=wanted, form=form) as spine:
        checked = check_spine(spine, statement)
        with closing(_batches(checked, TARGETS[target], settings, reports)) as batches:
            yield _Rows(schema=_result_schema(checked), batches=batches)


def _result_schema(checked: CheckedSpine) -> Any:
    statement = checked.statement
    features = [pa.field(feature.name, ARROW_TYPES[feature.type]) for feature in statement.features]
    metadata = {
        # What others wrote of the file's columns is wrong of the result's: Spark, for one, would not see the features.
        **{key: value for key, value in (checked.schema.metadata or {}).items() if not key.startswith(FOREIGN)},
        METADATA_SERVICE: statement.service.encode(),
        METADATA_VERSION: statement.definition_version.encode(),
    }
    return pa.schema([*checked.schema, *features], metadata=metadata)


def _batches(
    checked: CheckedSpine, engine: Engine, settings: Settings, reports: _Reports
) -> Generator[Any, None, None]:
    """Read the spine and have its features computed; then read it again, and give each batch with its features."""
    name, rows = checked.spine.name, checked.spine.rows
    schema = _result_schema(checked)
    report = reports.progress
    empty_texts = EmptyTexts()

    def reading() -> Iterator[Any]:
        done = 0
        for batch in checked.sent(empty_texts):
            yield batch
            done += batch.num_rows
            report("reading", done, rows)

    def on_computing() -> None:
        report("computing", 0, None)

    with engine(checked, reading(), settings=settings, on_computing=on_computing) as computed:
        for message in [empty_texts.warning(name), *(unknown.warning(name) for unknown in computed.unknown_keys)]:
            if message:
                reports.warning(message)
        rows, done = computed.rows, 0
        for batch in checked.kept():
            features = computed.take(batch.num_rows)
            yield pa.RecordBatch.from_arrays([*batch.columns, *features.columns], schema=schema)
            done += batch.num_rows
            report("writing", done, rows)
        if done != rows:
            raise SpineError(f"{name} had {rows:,} rows, and {done:,} when it was read again. Nothing was written.")


def _no_progress(phase: Phase, done: int, rows: int | None) -> None:
    pass


def _warn(message: str) -> None:
    warnings.warn(message, SpineWarning, stacklevel=2)


def _to_pandas(table: Any, spine: Any) -> "pd.DataFrame":
    import pandas as pd

    nullable = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.uint8(): pd.UInt8Dtype(),
        pa.uint16(): pd.UInt16Dtype(),
        pa.uint32(): pd.UInt32Dtype(),
        pa.uint64(): pd.UInt64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    frame: pd.DataFrame = table.to_pandas(types_mapper=nullable.get, ignore_metadata=True)
    if isinstance(spine, pd.DataFrame):
        frame.index = spine.index
    return frame
