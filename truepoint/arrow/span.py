"""The span of years outside of which an event is none: docs/contract.md."""

from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

SPAN_COLUMNS: Final = ("occurred_at", "known_at")
FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
END: Final = datetime(2150, 1, 1, tzinfo=UTC)


def rows_outside_span(batch: Any) -> int:
    """How many rows of a batch of events have an event time or known time outside the span, and so never count."""
    is_outside = pa.array([False] * batch.num_rows, pa.bool_())
    for name in SPAN_COLUMNS:
        if name in batch.schema.names:
            times = batch.column(name)
            bounds = [pa.scalar(bound, times.type) for bound in (FIRST, END)]
            outside = pc.or_(pc.less(times, bounds[0]), pc.greater_equal(times, bounds[1]))
            is_outside = pc.or_(is_outside, pc.fill_null(outside, False))
    return int(pc.sum(is_outside).as_py() or 0)
