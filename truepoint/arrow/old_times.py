"""Times in Parquet whose meaning is not in their type: INT96, and the calendar of Spark 2."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from truepoint.errors import DataFileError

# Before these, Spark 2 and its legacy modes count days by the Julian calendar, or zones by the sun.
FIRST_SURE_TIME: Final = datetime(1900, 1, 1, tzinfo=UTC)
FIRST_SURE_DAY: Final = date(1582, 10, 15)
SPARK: Final = b"org.apache.spark."

Problem = tuple[int, str]  # the row's index from 0, and the reason


@dataclass(frozen=True)
class OldTimes:
    """int96: columns of that type. zone: of their values; None for a wall clock's. unsure: columns of Spark 2."""

    int96: tuple[str, ...]
    zone: str | None
    unsure: tuple[str, ...]

    def in_schema(self, schema: Any) -> Any:
        """The file's schema with INT96 as times in microseconds."""
        for column in self.int96:
            schema = schema.set(schema.get_field_index(column), pa.field(column, pa.timestamp("us", self.zone)))
        return schema

    def in_utc(self, batch: Any, fine: Any) -> tuple[Any, Problem | None]:
        """The batch with its INT96 columns as `in_schema` says, and the first value that they cannot hold.

        batch, fine: the columns cut to microseconds, and in nanoseconds, which wrap outside the years 1677 to 2262.
        """
        problems = []
        for column in self.int96:
            index = batch.schema.get_field_index(column)
            micros = batch.column(index).cast(pa.int64())
            nanos = pc.fill_null(fine.column(column).cast(pa.int64()), 0).to_numpy()
            # Both wrap alike, so the difference is what was cut.
            cut = nanos - pc.fill_null(micros, 0).to_numpy() * np.int64(1000)
            if (wrong := np.flatnonzero(cut)).size:
                problems.append((int(wrong[0]), f"{column} (INT96) has nanoseconds; write it in at most microseconds"))
            times = micros.cast(pa.timestamp("us", self.zone))
            batch = batch.set_column(index, pa.field(column, times.type), times)
        return batch, min(problems, default=None)

    def uncertain(self, batch: Any) -> Problem | None:
        """The first value whose calendar is not known."""
        for column in self.unsure:
            values = batch.column(column)
            is_day = pa.types.is_date(values.type)
            if is_day:
                first = pa.scalar(FIRST_SURE_DAY, pa.date32()).cast(values.type)
            else:
                first = pa.scalar(FIRST_SURE_TIME, pa.timestamp("us", "UTC")).cast(values.type)
            early = pc.fill_null(pc.less(values, first), False)
            if pc.any(early).as_py():
                before = "1582-10-15" if is_day else "1900"
                return int(pc.index(early, True).as_py()), (
                    f"{column} lies before {before}, by the old calendar of Spark 2, in which that is another time. "
                    "Write it anew in Spark 3, with int96RebaseModeInWrite and datetimeRebaseModeInWrite CORRECTED"
                )
        return None


def find_old_times(file: Any, name: str) -> OldTimes:
    """What the metadata of a pyarrow ParquetFile says. Raises DataFileError for INT96 in lists and structs."""
    physical = [file.schema.column(number) for number in range(len(file.schema))]
    int96 = [column.path for column in physical if column.physical_type == "INT96"]
    nested = [path for path in int96 if path not in file.schema_arrow.names]
    if nested:
        raise DataFileError(f"{name} has INT96 times within a list or struct, which are not read: {nested[0]}")
    metadata = file.metadata.metadata or {}
    times = [field.name for field in file.schema_arrow if pa.types.is_timestamp(field.type)]
    days = [field.name for field in file.schema_arrow if pa.types.is_date(field.type)]
    unsure = int96 if _is_old(metadata, b"legacyINT96", before=(3, 1)) else []
    if _is_old(metadata, b"legacyDateTime", before=(3, 0)):
        unsure = [*unsure, *days, *(column for column in times if column not in int96)]
    # Impala writes what its clock shows; Spark and Hive write UTC, whatever the session's zone.
    zone = None if (file.metadata.created_by or "").lower().startswith("impala") else "UTC"
    return OldTimes(int96=tuple(int96), zone=zone, unsure=tuple(unsure))


def _is_old(metadata: dict[bytes, bytes], key: bytes, *, before: tuple[int, int]) -> bool:
    """Whether Spark wrote by the old calendar: it says so, or is that old."""
    version = metadata.get(SPARK + b"version")
    if version is None:
        return False
    numbers = tuple(int(part) for part in version.split(b".")[:2] if part.isdigit())
    return SPARK + key in metadata or numbers < before
