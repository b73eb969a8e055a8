"""A sample into the payments tables."""

from collections.abc import Callable, Iterator
from typing import Any

from truepoint.arrow.types import BATCH_ROWS
from truepoint.errors import DataFileError, WarehouseError
from truepoint.events.loading.history import TableLoad, load_history
from truepoint.events.sample.generator import generate
from truepoint.events.sample.options import SampleOptions

# Called with the number of transactions just sent, and of all.
OnProgress = Callable[[int, int], None]


def load_sample(
    dsn: str, options: SampleOptions, *, replace: bool = False, on_progress: OnProgress | None = None
) -> list[TableLoad]:
    """Generate a sample and add it, in one transaction; what is there already with the same content is skipped.

    replace: empty all payments tables first, whatever they hold.
    Returns what was done to each table. Raises WarehouseError, and nothing is changed, if other rows have its ids.
    """
    sample = generate(options)
    try:
        with load_history(dsn, what="The sample", cause=f"{options}{' --replace' if replace else ''}") as load:
            if replace:
                load.empty()
            for name, rows in sample.tables.items():
                progress = on_progress if name == "transactions" else None
                load.add(load.describe(name), lambda rows=rows, progress=progress: _batches(rows, progress))  # type: ignore[misc]
            return load.results
    except DataFileError as error:
        raise WarehouseError(
            f"The payments tables hold other rows under the sample's ids: {error} "
            "Use --replace to empty all payments tables first, or another database."
        ) from error


def _batches(rows: Any, on_progress: OnProgress | None) -> Iterator[Any]:
    for batch in rows.to_batches(max_chunksize=BATCH_ROWS):
        if on_progress:
            on_progress(batch.num_rows, rows.num_rows)
        yield batch
