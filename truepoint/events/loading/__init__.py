"""Loaders of history: checked rows into event tables of any schema, with known times of their own.

files.py (Parquet, CSV) and handbook.py turn files into record batches that fit a table; values.py checks their values;
history.py adds them in one transaction, once; catalogue.py says what a table looks like.
"""

from truepoint.events.loading.catalogue import EventTable, read_event_table
from truepoint.events.loading.events import load_events
from truepoint.events.loading.handbook import load_handbook
from truepoint.events.loading.history import HistoryLoad, TableLoad, load_history

__all__ = [
    "EventTable",
    "HistoryLoad",
    "TableLoad",
    "load_events",
    "load_handbook",
    "load_history",
    "read_event_table",
]
