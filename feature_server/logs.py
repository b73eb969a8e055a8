"""Structured logging: one JSON object a line, without any secret."""

import json
import logging
import time
import traceback
from datetime import UTC, datetime
from typing import Final

logger: Final = logging.getLogger("feature_server")


def log_event(level: int, event: str, *, exception: BaseException | None = None, **facts: object) -> None:
    """Log `event` and its facts as one line; facts that are None are left out.

    An unexpected exception is given as its type and the places it passed, not as its text: that may hold values
    of a request or a DSN.
    """
    line: dict[str, object] = {"time": datetime.now(UTC).isoformat(), "level": logging.getLevelName(level).lower()}
    line |= {"event": event} | {name: fact for name, fact in facts.items() if fact is not None}
    if exception is not None:
        line["exception"] = type(exception).__name__
        line["places"] = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(exception.__traceback__)]
    logger.log(level, json.dumps(line, default=str))


class RepeatedLines:
    """Bounds lines that tell the same: so many in so many seconds. The next one says how many were not shown."""

    def __init__(self, *, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._since: dict[str, tuple[float, int]] = {}  # kind -> start of its span, lines asked for in it

    def count(self, kind: str) -> int | None:
        """Return how many lines were not shown before this one, or None where this one is not to be shown either."""
        now = time.monotonic()
        started, lines = self._since.get(kind, (now, 0))
        if now - started >= self._seconds:
            self._since[kind] = (now, 1)
            return max(lines - self._limit, 0)
        self._since[kind] = (started, lines + 1)
        return 0 if lines < self._limit else None


class _DriverHandler(logging.Handler):
    """Writes what the database driver logs as a line of ours: its fixed text and the type of its exception.

    Neither what was filled into the text, nor the traceback: those hold addresses and paths.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        exception = record.exc_info[0] if record.exc_info else None
        name = None if exception is None else exception.__name__
        log_event(record.levelno, "database_driver", message=str(record.msg), cause=name)


def log_to_stderr() -> None:
    """Write the lines to stderr, unless the process has set up logging of its own for them."""
    driver = logging.getLogger("asyncpg")
    driver.handlers = [_DriverHandler()]
    driver.propagate = False
    if not logger.handlers and not logging.getLogger().handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
