"""Times of Postgres that Python has not, as text: they are no value of a feature, and must not end a comparison."""

import struct
from typing import Any, Final

import psycopg
from psycopg.types.datetime import TimestamptzBinaryLoader, TimestamptzLoader

ENDS: Final = {2**63 - 1: "infinity", -(2**63): "-infinity"}  # as microseconds since 2000
BEYOND: Final = "a time outside the years 1 to 9999"


class _BinaryLoader(TimestamptzBinaryLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return ENDS.get(struct.unpack("!q", bytes(data))[0], BEYOND)


class _TextLoader(TimestamptzLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


def read_times_beyond(connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]") -> None:
    """Let the connection give such times, also in arrays, as text."""
    connection.adapters.register_loader("timestamptz", _BinaryLoader)
    connection.adapters.register_loader("timestamptz", _TextLoader)
