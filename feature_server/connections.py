"""HTTP connections with bounds that uvicorn has none for: on their number, and on the time that headers may take.

`truepoint serve` uses it; plain uvicorn by `--http feature_server.connections:BoundedConnection`.
"""

import asyncio
import logging
import resource
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from feature_server.logs import RepeatedLines, log_event

HEADER_TIMEOUT_SECONDS: Final = 10.0
MAX_CONNECTIONS: Final = 1000
_OTHER_FILES: Final = 100  # of the process: the pool, the log, the libraries
_repeated: Final = RepeatedLines(limit=20, seconds=10.0)


def connection_limit() -> int:
    """Return how many connections may be open: so many that the process never lacks a file for the next."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if files == resource.RLIM_INFINITY else max(1, min(MAX_CONNECTIONS, files - _OTHER_FILES))


class BoundedConnection(H11Protocol):
    """One connection. It ends when its next request's headers have not come in time."""

    _headers_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or end it at once where there are too many."""
        is_one_too_many = len(self.connections) >= connection_limit()
        super().connection_made(transport)
        if is_one_too_many:
            _log("too_many_connections")
            transport.abort()
        else:
            self._watch_headers()

    def data_received(self, data: bytes) -> None:
        """Take bytes; those of headers do not move the time at which the headers are due."""
        super().data_received(data)
        self._watch_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time."""
        super().connection_lost(exc)
        if self._headers_due is not None:
            self._headers_due.cancel()

    def _watch_headers(self) -> None:
        is_under_way = self.cycle is not None and not self.cycle.response_complete
        if is_under_way and self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None
        elif not is_under_way and self._headers_due is None:
            self._headers_due = self.loop.call_later(HEADER_TIMEOUT_SECONDS, self._end_without_headers)

    def _end_without_headers(self) -> None:
        self._headers_due = None
        if self.cycle is None or self.cycle.response_complete:
            _log("headers_timeout")
            self.transport.abort()


def _log(event: str) -> None:
    not_shown = _repeated.count(event)
    if not_shown is not None:
        log_event(logging.WARNING, event, not_shown=not_shown or None)
