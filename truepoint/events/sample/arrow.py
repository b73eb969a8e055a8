"""Arrays as Arrow columns, quickly: readable ids, texts by number, times."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

Array = np.ndarray[Any, Any]


def ids(prefix: str, numbers: Array, digits: int) -> Any:
    """Texts such as t-000000017: `prefix`, then each number in at least `digits` digits. Numbers are not negative."""
    width = max(digits, len(str(int(numbers.max(initial=0)))))
    start = prefix.encode("ascii")
    letters = np.empty((len(numbers), len(start) + width), np.uint8)
    letters[:, : len(start)] = np.frombuffer(start, np.uint8)
    rest = numbers.astype(np.int64)
    for place in range(len(start) + width - 1, len(start) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int64) * letters.shape[1]
    texts = pa.Array.from_buffers(pa.large_string(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(letters)])
    return texts.cast(pa.string()) if offsets[-1] < 2**31 else texts


def texts(names: Sequence[str], numbers: Array) -> Any:
    """names[number] for each number; null where it is negative."""
    return pa.array(names, pa.string()).take(pa.array(numbers, mask=numbers < 0))


def times(microseconds: Array) -> Any:
    """Microseconds since 1970 as UTC timestamps."""
    return pa.array(microseconds).cast(pa.timestamp("us", "UTC"))


def versions(entity_ids: Any, numbers: Array) -> Any:
    """Ids of versions: a-00017-v2."""
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(entity_ids, pa.array(numbers).cast(pa.string()), "-v")
