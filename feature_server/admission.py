"""How much the server takes on at once. What is more is told so at once, rather than kept waiting until it fails."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from feature_server.errors import OverloadedError

# Bodies up to this size are bounded by the number of connections; only what is beyond is counted.
SMALL_BODY_BYTES: Final = 64 * 1024
_LARGE_BODIES: Final = 16  # of the largest size, at once
_LONGEST_RETRY_SECONDS: Final = 60
_WEIGHT_OF_LATEST: Final = 0.2


class Admission:
    """Counts the requests under way and the bytes of their bodies."""

    def __init__(self, *, connections: int, max_waiting: int, max_body_bytes: int, retry_after_seconds: int) -> None:
        self._connections = connections
        self._max_requests = connections + max_waiting
        self._max_bytes = _LARGE_BODIES * max_body_bytes
        self._retry_after_seconds = retry_after_seconds
        self._requests = 0
        self._bytes = 0
        self._seconds_a_request = 0.0

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count one request until the end of the block; raise OverloadedError where too many are under way."""
        if self._requests >= self._max_requests:
            raise OverloadedError(
                f"The server answers {self._requests} requests already, with {self._connections} connections to the"
                " database. Ask again later, or fewer rows at a time.",
                retry_after_seconds=self.seconds_to_wait(),
            )
        self._requests += 1
        started = time.monotonic()
        try:
            yield
        finally:
            self._requests -= 1
            took = time.monotonic() - started
            self._seconds_a_request += _WEIGHT_OF_LATEST * (took - self._seconds_a_request)

    def seconds_to_wait(self) -> int:
        """Return how long the requests under way will take, by what the latest ones took. What they waited is in it."""
        seconds = math.ceil(self._seconds_a_request)
        return max(self._retry_after_seconds, min(seconds, _LONGEST_RETRY_SECONDS))

    @contextmanager
    def body(self) -> Iterator["HeldBody"]:
        """Hold the bytes of one body until the end of the block."""
        held = HeldBody(self)
        try:
            yield held
        finally:
            self._bytes -= held.counted

    def hold(self, count: int) -> None:
        """Count bytes of a large body; raise OverloadedError where the bodies under way hold too many."""
        if self._bytes + count > self._max_bytes:
            raise OverloadedError(
                "The server holds too many large bodies already. Ask again later, or fewer rows at a time.",
                retry_after_seconds=self.seconds_to_wait(),
            )
        self._bytes += count


class HeldBody:
    """The bytes that one body has by now, and how many of them are counted."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self.size = 0
        self.counted = 0

    def add(self, count: int) -> None:
        """Take `count` bytes more."""
        self.size += count
        more = max(self.size - SMALL_BODY_BYTES, 0) - self.counted
        if more:
            self._admission.hold(more)
            self.counted += more
