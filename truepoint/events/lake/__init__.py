"""The lake: the event tables as Parquet files under a URL, which Spark reads as its sources.

sources.py reads what dbt compiled; database.py gives the settled rows of one snapshot; layout.py names folders and
files, store.py reads and writes them, each whole or not at all; state.py says what a lake holds; exporting.py takes
the steps of an export, in an order in which it can be broken off anywhere; parts.py makes files of a table's rows.
"""

from truepoint.compiled.lake_sources import LakeSources, load_lake_sources
from truepoint.events.lake.exporting import Export, OnProgress, export_lake
from truepoint.events.lake.store import LakeStore, open_lake

__all__ = ["Export", "LakeSources", "LakeStore", "OnProgress", "export_lake", "load_lake_sources", "open_lake"]
