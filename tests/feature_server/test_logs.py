"""The log: one JSON line each, from us and from the database driver, without what may be secret."""

import json
import logging

import pytest

from feature_server.logs import log_to_stderr


def test_what_the_driver_logs_becomes_one_line_without_traceback_or_values(caplog: pytest.LogCaptureFixture) -> None:
    log_to_stderr()
    log_to_stderr()  # of a second application in one process: still one line
    try:
        raise ConnectionRefusedError("postgresql://someone:hunter2@db/payments")
    except ConnectionRefusedError:
        logging.getLogger("asyncpg.pool").warning("Failed to restore %s; retrying", "hunter2", exc_info=True)
    (message,) = caplog.messages
    line = json.loads(message)
    del line["time"]
    assert line == {
        "level": "warning",
        "event": "database_driver",
        "message": "Failed to restore %s; retrying",
        "cause": "ConnectionRefusedError",
    }
    assert "hunter2" not in caplog.text
    assert "Traceback" not in caplog.text
    assert __file__ not in caplog.text
