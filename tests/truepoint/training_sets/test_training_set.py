"""Training sets over any spine: equal to the training table, and all that was given is kept."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import truepoint
from tests.truepoint.training_sets.conftest import SPINE, Trained
from truepoint.arrow.types import BATCH_ROWS
from truepoint.cli import app
from truepoint.compiled.registry import load_registry
from truepoint.compiled.training_statement import load_training_statement
from truepoint.training_sets import OnProgress, write_training_set
from truepoint.training_sets.database import send_spine


def build(trained: Trained, spine: Any, **options: Any) -> pa.Table:
    result = truepoint.training_set(spine, service="card_fraud", settings=trained.settings, **options)
    assert isinstance(result, pa.Table)
    result.validate(full=True)
    return result


def features_of(trained: Trained, table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.select(trained.features).to_pylist()
    return rows


def test_over_the_transactions_it_equals_the_training_table(trained: Trained) -> None:
    result = build(trained, trained.spine())
    assert result.column_names == [*trained.spine().column_names, *trained.features]
    assert result.select(trained.spine().column_names).equals(trained.spine())
    assert features_of(trained, result) == trained.values()


def test_types_are_the_definitions_and_the_version_is_the_services(trained: Trained) -> None:
    service = load_registry(trained.settings.online_manifest_path).services["card_fraud"]
    types = {"bigint": pa.int64(), "double precision": pa.float64(), "boolean": pa.bool_()}
    schema = build(trained, trained.spine().slice(0, 1)).schema
    assert {f.name: schema.field(f.name).type for f in service.features} == {
        f.name: types[f.type] for f in service.features
    }
    assert schema.metadata[b"truepoint.service"] == b"card_fraud"
    assert schema.metadata[b"truepoint.definition_version"] == service.definition_version.encode()


def test_order_and_duplicates_are_kept(trained: Trained) -> None:
    numbers = [number for number in range(200) for _ in range(2)]
    random.Random(1).shuffle(numbers)
    result = build(trained, trained.spine().take(numbers))
    assert features_of(trained, result) == [trained.values()[number] for number in numbers]
    assert result.column("event_id").to_pylist() == [trained.rows[number]["event_id"] for number in numbers]


def test_batches_of_the_spine_meet_their_features(trained: Trained, tmp_path: Path) -> None:
    # More than one batch, the last of them not full; and more rows than the relation has events.
    spine = trained.spine()
    times = BATCH_ROWS // spine.num_rows + 2
    pq.write_table(pa.concat_tables([spine] * times), tmp_path / "spine.parquet")
    out = tmp_path / "train.parquet"
    rows = write_training_set(tmp_path / "spine.parquet", out, service="card_fraud", settings=trained.settings)
    assert rows == times * spine.num_rows > BATCH_ROWS
    result = pq.read_table(out)
    one = build(trained, spine)
    assert result.replace_schema_metadata(None).equals(pa.concat_tables([one] * times).replace_schema_metadata(None))


def test_without_event_id_the_rows_own_event_counts(trained: Trained) -> None:
    # Asked a day after the transaction, when it is surely known: by its own row only where it does not decide on it.
    spine = trained.spine()
    later = pc.add(spine.column("as_of"), pa.scalar(timedelta(hours=23), pa.duration("us")))
    spine = spine.set_column(spine.column_names.index("as_of"), "as_of", later)
    deciding = build(trained, spine).column("account_amount_sum_24h").to_pylist()
    anonymous = build(trained, spine.drop_columns(["event_id"])).column("account_amount_sum_24h").to_pylist()
    own = spine.column("amount_minor").to_pylist()
    assert [with_own - without for with_own, without in zip(anonymous, deciding, strict=True)] == own


def test_a_null_key_is_kept_and_has_no_events(trained: Trained) -> None:
    spine = trained.spine()
    nothing = pa.nulls(spine.num_rows, pa.string())
    spine = spine.set_column(0, "account_id", nothing).set_column(1, "merchant_id", nothing)
    result = build(trained, spine)
    assert result.num_rows == spine.num_rows
    zero = {
        "account_txn_count_1h",
        "account_amount_sum_24h",
        "account_distinct_merchants_7d",
        "merchant_txn_count_5m",
        "merchant_chargeback_count_90d",
    }
    for row, given in zip(features_of(trained, result), spine.to_pylist(), strict=True):
        # A device that no known account has used is new; without a device, nobody can say.
        assert row.pop("txn_is_new_device") is (None if given["device_id"] is None else True)
        assert row == {name: 0 if name in zero else None for name in row}


def test_an_empty_spine_gives_an_empty_set(trained: Trained, tmp_path: Path) -> None:
    result = build(trained, trained.spine().slice(0, 0))
    assert result.num_rows == 0
    assert result.column_names == [*trained.spine().column_names, *trained.features]
    pq.write_table(trained.spine().slice(0, 0), tmp_path / "spine.parquet")
    (tmp_path / "spine.csv").write_text(",".join(trained.spine().column_names) + "\n", encoding="utf-8")
    for name in ("spine.parquet", "spine.csv"):
        out = tmp_path / "train.parquet"
        assert write_training_set(tmp_path / name, out, service="card_fraud", settings=trained.settings) == 0
        assert pq.read_table(out).schema.names == result.column_names
        out.unlink()


EXTRAS: dict[str, pa.Array] = {
    "int8": pa.array([1, None, -3], pa.int8()),
    "uint64": pa.array([2**64 - 1, None, 0], pa.uint64()),
    "float16": pa.array([1.5, None, 2.5], pa.float32()).cast(pa.float16()),
    "float32": pa.array([0.1, float("nan"), None], pa.float32()),
    "float64": pa.array([0.1, float("-inf"), None], pa.float64()),
    "boolean": pa.array([True, None, False]),
    "date": pa.array([date(2020, 1, 1), None, date(1, 1, 1)], pa.date32()),
    "time": pa.array([1, None, 2], pa.time64("us")),
    "naive": pa.array([datetime(2020, 1, 1), None, None], pa.timestamp("us")),
    "nanoseconds": pa.array([1, None, 3], pa.timestamp("ns", "Europe/Tallinn")),
    "duration": pa.array([1, None, 3], pa.duration("ms")),
    "decimal": pa.array([Decimal("1.10"), None, Decimal("-2.20")], pa.decimal128(9, 2)),
    "decimal256": pa.array([Decimal(10) ** 60, None, Decimal(1)], pa.decimal256(70, 2)),
    "text": pa.array(["", None, 'a "quoted"\nline, ü'], pa.string()),
    "large_text": pa.array(["", None, "x"], pa.large_string()),
    "dictionary": pa.array(["a", None, "a"]).dictionary_encode(),
    "binary": pa.array([b"\x00\xff", None, b""], pa.binary()),
    "fixed": pa.array([b"ab", None, b"cd"], pa.binary(2)),
    "list": pa.array([[1, None], None, []], pa.list_(pa.int32())),
    "struct": pa.array([{"a": 1, "b": ["x"]}, None, {"a": None, "b": None}]),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "null": pa.nulls(3),
    "ord": pa.array([9, 9, 9]),
    "spine_id": pa.array(["same", "same", "same"]),
    'Quoted "name" %s': pa.array([1, 2, 3]),
}


def test_columns_of_every_type_are_kept(trained: Trained, tmp_path: Path) -> None:
    spine = trained.spine().slice(0, 3)
    for name, values in EXTRAS.items():
        spine = spine.add_column(0, name, values)
    path, out = tmp_path / "spine.parquet", tmp_path / "train.parquet"
    pq.write_table(spine, path)
    given = pq.read_table(path)
    write_training_set(path, out, service="card_fraud", settings=trained.settings)
    result = pq.read_table(out)
    kept = result.select(given.column_names)
    assert kept.schema.types == given.schema.types
    for name in given.column_names:
        assert str(kept.column(name).to_pylist()) == str(given.column(name).to_pylist()), name
    assert features_of(trained, result) == trained.values()[:3]
    from_memory = build(trained, spine)
    assert from_memory.select(spine.column_names).schema.types == spine.schema.types
    assert features_of(trained, from_memory) == trained.values()[:3]


def test_other_types_of_the_wanted_columns_are_taken_and_kept(trained: Trained) -> None:
    spine = trained.spine().slice(0, 20)
    changed = {
        "account_id": pc.dictionary_encode(spine.column("account_id")),
        "merchant_id": spine.column("merchant_id").cast(pa.large_string()),
        "amount_minor": spine.column("amount_minor").cast(pa.int32()),
        "as_of": spine.column("as_of").cast(pa.timestamp("ns", "Asia/Kathmandu")),
    }
    for name, values in changed.items():
        spine = spine.set_column(spine.column_names.index(name), name, values)
    result = build(trained, spine)
    assert features_of(trained, result) == trained.values()[:20]
    assert result.select(spine.column_names).schema.types == spine.schema.types


def test_a_table_of_the_database_is_a_spine(trained: Trained) -> None:
    result = build(trained, SPINE)
    assert result.column_names[: len(trained.spine().column_names)] != []
    by_id = {row["spine_id"]: row for row in trained.rows}
    assert sorted(result.column("spine_id").to_pylist()) == sorted(by_id)
    for row in result.to_pylist():
        row.pop("table_version")  # of the spine's table; that of the training table is another
        assert row == {name: by_id[row["spine_id"]][name] for name in row}


def test_columns_of_a_table_keep_their_types(trained: Trained) -> None:
    with psycopg.connect(trained.dsn, autocommit=True) as connection:
        connection.execute(
            'create table public."A spine" as select account_id, merchant_id, amount_minor, country, device_id, as_of,'
            " 1::smallint as small, 0.1::real as real, 12.340::numeric(9,3) as price, 7.5::numeric as free,"
            " date '2020-01-02' as day, timestamp '2020-01-02 03:04:05.6' as naive, true as flag,"
            " null::text as nothing, ''::text as empty, e'a\\n\"b\",' as odd,"
            " array[1, 2] as list, '{\"a\": 1}'::jsonb as json"
            f" from {SPINE} order by spine_id limit 5"
        )
        try:
            result = build(trained, 'public."A spine"')
        finally:
            connection.execute('drop table public."A spine"')
    row = result.slice(0, 1).to_pylist()[0]
    assert result.schema.field("small").type == pa.int16()
    assert result.schema.field("real").type == pa.float32()
    assert row["price"] == Decimal("12.340")
    assert result.schema.field("price").type == pa.decimal128(9, 3)
    assert row["free"] == Decimal("7.5")
    assert row["day"] == date(2020, 1, 2)
    assert row["naive"] == datetime(2020, 1, 2, 3, 4, 5, 600_000)
    assert row["flag"] is True
    assert (row["nothing"], row["empty"], row["odd"]) == (None, "", 'a\n"b",')
    assert (row["list"], row["json"]) == ("{1,2}", '{"a": 1}')
    assert result.num_rows == 5


def test_csv_in_and_out(trained: Trained, tmp_path: Path) -> None:
    spine = trained.spine().append_column("note", pa.array(['a "b",\nc' if n % 3 else "" for n in range(1_500)]))
    path, out = tmp_path / "spine.csv", tmp_path / "train.csv"
    pa_csv.write_csv(spine, path)
    parquet = tmp_path / "train.parquet"
    for target in (out, parquet):
        assert write_training_set(path, target, service="card_fraud", settings=trained.settings) == spine.num_rows
    result = pq.read_table(parquet)
    assert result.select(spine.column_names).replace_schema_metadata(None).equals(spine)
    assert features_of(trained, result) == trained.values()
    options = pa_csv.ConvertOptions(
        column_types={field.name: field.type for field in result.schema},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parsing = pa_csv.ParseOptions(newlines_in_values=True)
    read = pa_csv.read_csv(out, convert_options=options, parse_options=parsing)
    assert read.equals(result.replace_schema_metadata(None))


def test_a_pandas_frame_in_and_out(trained: Trained) -> None:
    frame = trained.spine().to_pandas().iloc[::-1]
    frame["weight"] = 0.5
    result = truepoint.training_set(frame, service="card_fraud", result="pandas", settings=trained.settings)
    assert isinstance(result, pd.DataFrame)
    assert list(result.index) == list(frame.index)
    assert list(result.columns) == [*frame.columns, *trained.features]
    assert result["account_txn_count_1h"].dtype == pd.Int64Dtype()
    assert result["txn_is_new_device"].dtype == pd.BooleanDtype()
    assert result["account_amount_mean_30d"].dtype == "float64"
    assert str(result["as_of"].dtype) == "datetime64[us, UTC]"
    for name in trained.features:
        values = [None if pd.isna(value) else value for value in result[name]]
        assert values == [row[name] for row in reversed(trained.values())], name


def test_integers_in_pandas_lose_nothing(trained: Trained) -> None:
    spine = trained.spine().slice(0, 2).append_column("large", pa.array([2**53 + 1, None]))
    result = truepoint.training_set(spine, service="card_fraud", result="pandas", settings=trained.settings)
    assert result["large"][0] == 2**53 + 1
    assert result["large"].isna().tolist() == [False, True]


def test_the_sessions_settings_do_not_move_values(trained: Trained) -> None:
    with psycopg.connect(trained.dsn, autocommit=True) as connection:
        (database,) = connection.execute("select current_database()").fetchone() or ("",)
        settings = {"timezone": "America/New_York", "datestyle": "German", "extra_float_digits": "-10"}
        for name, value in settings.items():
            connection.execute(f"alter database \"{database}\" set {name} = '{value}'")
        try:
            assert features_of(trained, build(trained, trained.spine())) == trained.values()
            as_of = {row["as_of"] for row in build(trained, SPINE).to_pylist()}
            assert as_of == {row["as_of"] for row in trained.rows}
        finally:
            for name in settings:
                connection.execute(f'alter database "{database}" reset {name}')


def test_progress_is_told_to_the_end(trained: Trained) -> None:
    told: list[tuple[str, int, int | None]] = []
    on_progress: OnProgress = lambda phase, done, rows: told.append((phase, done, rows))  # noqa: E731
    build(trained, trained.spine(), on_progress=on_progress)
    assert told == [("reading", 1_500, 1_500), ("computing", 0, None), ("writing", 1_500, 1_500)]


def test_nothing_is_left_in_the_database(trained: Trained) -> None:
    def relations() -> list[Any]:
        with psycopg.connect(trained.dsn) as connection:
            return connection.execute("select oid from pg_class where relname like '%spine%' order by 1").fetchall()

    before = relations()
    build(trained, trained.spine())
    assert relations() == before


def test_the_command_writes_the_file(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", trained.dsn)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(trained.settings.dbt_project_dir))
    out = tmp_path / "train.parquet"
    out.write_text("an older file", encoding="utf-8")
    pq.write_table(trained.spine(), tmp_path / "labels.parquet")
    command = [
        "training-set",
        "--spine",
        str(tmp_path / "labels.parquet"),
        "--out",
        str(out),
        "--service",
        "card_fraud",
    ]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "1,500 rows with the features of card_fraud" in result.stdout
    assert features_of(trained, pq.read_table(out)) == trained.values()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labels.parquet", "train.parquet"]
    refused = CliRunner().invoke(app, [*command, "--target", "duckdb"])
    assert refused.exit_code == 2
    assert "postgres, spark" in refused.output


def test_the_statement_runs_with_its_own_memory(trained: Trained) -> None:
    statement = load_training_statement(trained.settings.online_manifest_path, "card_fraud")
    with psycopg.connect(trained.dsn) as connection:
        send_spine(connection, replace(statement, work_mem="12345kB"), [])
        assert connection.execute("show work_mem").fetchone() == ("12345kB",)
