"""Training sets over one spine, by both targets; and jobs for a session that is open already."""

import json
import random
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from tests.projects import copy_project
from truepoint.compiled.manifest import digest_definitions
from truepoint.settings import Settings
from truepoint.training_sets import load_training_statement
from truepoint.training_sets.checking import check_spine
from truepoint.training_sets.spark import _write_spine
from truepoint.training_sets.spines import open_spine

SERVICE: Final = "card_fraud"
SPINE_SCHEMA: Final = pa.schema(
    [
        ("note", pa.string()),
        ("merchant_id", pa.string()),
        ("account_id", pa.string()),
        ("amount_minor", pa.int64()),
        ("country", pa.string()),
        ("device_id", pa.string()),
        ("event_id", pa.string()),
        ("as_of", pa.timestamp("us", "UTC")),
        ("tags", pa.list_(pa.int32())),
    ]
)


def copy_compiled_project(project: Path, manifest: Path, folder: Path) -> Path:
    """A dbt project of its own, which has the given online manifest."""
    copy_project(folder, source=project)
    (folder / "target" / "online").mkdir(parents=True)
    shutil.copyfile(manifest, folder / "target" / "online" / "manifest.json")
    return folder


def make_spine(rows: Mapping[str, Mapping[str, Any]], *, settled_at: datetime) -> Any:
    """Rows of the training table, in disorder, some twice or thrice, some at other times, without a key or an event."""
    choose = random.Random(7)
    spine = []
    for row in choose.choices(sorted(rows.values(), key=lambda row: row["spine_id"]), k=len(rows)):
        as_of = row["as_of"] + choose.choice((timedelta(0), timedelta(0), timedelta(microseconds=1), timedelta(days=3)))
        spine.append(
            {name: row.get(name) for name in SPINE_SCHEMA.names}
            | {"as_of": min(as_of, settled_at), "note": choose.choice(("", None, "a 'b'")), "tags": [1, None]}
            | choose.choice(
                ({}, {}, {}, {"event_id": None}, {"account_id": None}, {"merchant_id": None, "country": None})
            )
        )
    return pa.Table.from_pylist(spine, schema=SPINE_SCHEMA)


def write_job(folder: Path, spine: Any, settings: Settings, **changes: Any) -> Path:
    """What truepoint/training_sets/spark.py leaves for its process."""
    folder.mkdir()
    statement = load_training_statement(settings.online_manifest_path, SERVICE)
    with open_spine(spine, None) as opened:
        checked = check_spine(opened, statement)
        _write_spine(checked, checked.sent(), folder / "spine")
    definitions = digest_definitions(settings.online_manifest_path)
    target_path = str(folder.parent / "target")  # of all jobs, so that dbt parses the project once
    job = {"service": SERVICE, "folder": str(folder), "target_path": target_path, "definitions": definitions} | changes
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return folder
