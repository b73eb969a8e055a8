"""The largest memory of some processes and their children, by looking several times a second."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import psutil

_INTERVAL_SECONDS: Final = 0.2


@dataclass
class Peak:
    """Bytes, each the largest sum seen at one time.

    resident: all that is mapped, pages shared between processes counted once for each. private: without shared pages,
    such as Postgres' buffers.
    """

    resident: int = 0
    private: int = 0


class Watch:
    """Keeps the peaks of process trees, by name. Used by `watching`."""

    def __init__(self, roots: dict[str, int]) -> None:
        self.peaks = {name: Peak() for name in roots}
        self._roots = roots
        self._ended = threading.Event()

    def look_until_ended(self) -> None:
        """Look again and again."""
        while not self._ended.wait(_INTERVAL_SECONDS):
            for name, pid in self._roots.items():
                now, peak = _tree(pid), self.peaks[name]
                peak.resident, peak.private = max(peak.resident, now.resident), max(peak.private, now.private)

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()


@contextmanager
def watching(roots: dict[str, int]) -> Iterator[dict[str, Peak]]:
    """Within, look at the processes named by `roots` (name -> pid) and their children. The peaks are theirs so far."""
    watch = Watch(roots)
    thread = threading.Thread(target=watch.look_until_ended, daemon=True)
    thread.start()
    try:
        yield watch.peaks
    finally:
        watch.end()
        thread.join()


def _tree(pid: int) -> Peak:
    total = Peak()
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return total
    for process in processes:
        try:
            memory = process.memory_info()
        except psutil.NoSuchProcess:
            continue
        total.resident += memory.rss
        total.private += memory.rss - getattr(memory, "shared", 0)
    return total
