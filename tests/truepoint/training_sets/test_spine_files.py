"""Label files as Spark, Excel and others write them: the features of the plain file, or a sentence."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import truepoint
from tests.truepoint.arrow.inputs import INPUTS
from tests.truepoint.training_sets.conftest import Trained
from truepoint.cli import app
from truepoint.errors import SettingsError, SpineError
from truepoint.training_sets import write_training_set


def build(trained: Trained, spine: Any, **options: Any) -> pa.Table:
    result = truepoint.training_set(spine, service="card_fraud", settings=trained.settings, **options)
    assert isinstance(result, pa.Table)
    result.validate(full=True)
    return result


def features_of(trained: Trained, table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.select(trained.features).to_pylist()
    return rows


def told(trained: Trained, spine: Any, **options: Any) -> tuple[pa.Table, list[str]]:
    """The training set, and the warnings about it."""
    warnings: list[str] = []
    return build(trained, spine, on_warning=warnings.append, **options), warnings


@pytest.mark.parametrize("name", ["labels_int96.parquet", "labels_spark_folder.parquet"])
def test_the_features_are_those_of_the_plain_file(trained: Trained, name: str) -> None:
    given, plain = (told(trained, INPUTS / each)[0] for each in (name, "labels_plain.parquet"))
    assert given.replace_schema_metadata(None).equals(plain.replace_schema_metadata(None))


def test_int96_and_folders_of_known_rows_have_their_features(trained: Trained, tmp_path: Path) -> None:
    spine = trained.spine().slice(0, 200)
    folder = tmp_path / "labels"
    (folder / "part=b").mkdir(parents=True)
    (folder / "part=a").mkdir()
    pq.write_table(spine.slice(150), folder / "part=b" / "part-0.snappy.parquet", use_deprecated_int96_timestamps=True)
    pq.write_table(spine.slice(0, 100), folder / "part=a" / "part-0.snappy.parquet")
    pq.write_table(spine.slice(100, 50), folder / "part=a" / "part-1.parquet", use_deprecated_int96_timestamps=True)
    (folder / "_SUCCESS").touch()
    result = build(trained, str(folder))
    assert result.column_names == [*spine.column_names, "part", *trained.features]
    assert result.column("part").to_pylist() == ["a"] * 150 + ["b"] * 50
    assert result.select(spine.column_names).replace_schema_metadata(None).equals(spine)
    assert features_of(trained, result) == trained.values()[:200]


def test_what_the_service_asks_for_may_be_a_folders_name(trained: Trained, tmp_path: Path) -> None:
    spine = trained.spine().slice(0, 3)
    for number in range(3):
        row = spine.slice(number, 1)
        folder = tmp_path / "labels" / f"n={number}" / f"amount_minor={row.column('amount_minor')[0]}"
        folder.mkdir(parents=True)
        pq.write_table(row.drop_columns(["amount_minor"]), folder / "part-0.parquet")
    result = build(trained, tmp_path / "labels")
    assert result.column("amount_minor").equals(spine.column("amount_minor"))
    assert features_of(trained, result) == trained.values()[:3]
    folder.rename(folder.with_name("amount_minor=much"))
    with pytest.raises(SpineError, match="labels, row 3: amount_minor is 'much', which is no bigint"):
        build(trained, tmp_path / "labels")


def test_the_result_does_not_lie_in_the_spines_folder(trained: Trained, tmp_path: Path) -> None:
    pq.write_table(trained.spine().slice(0, 2), tmp_path / "part-0.parquet")
    with pytest.raises(SpineError, match="lies in the spine's folder"):
        write_training_set(tmp_path, tmp_path / "train.parquet", service="card_fraud", settings=trained.settings)
    assert [path.name for path in tmp_path.iterdir()] == ["part-0.parquet"]


def test_what_spark_wrote_about_the_columns_is_not_said_of_the_result(trained: Trained, tmp_path: Path) -> None:
    metadata = {"org.apache.spark.sql.parquet.row.metadata": "{}", "org.apache.spark.version": "3.5.5", "mine": "1"}
    path = tmp_path / "labels.parquet"
    pq.write_table(trained.spine().slice(0, 2).replace_schema_metadata(metadata), path)
    kept = build(trained, path).schema.metadata
    assert sorted(kept) == [b"mine", b"truepoint.definition_version", b"truepoint.service"]


def test_a_naive_time_of_spark_is_refused(trained: Trained, tmp_path: Path) -> None:
    # timestamp_ntz, or Impala's INT96: a clock's face. Spark's timestamp is an instant, however it is written.
    spine = trained.spine().slice(0, 2)
    naive = spine.set_column(6, "as_of", spine.column("as_of").cast(pa.timestamp("us")))
    (tmp_path / "labels").mkdir()
    pq.write_table(naive, tmp_path / "labels" / "part-0.parquet")
    with pytest.raises(SpineError, match=r"labels is no spine .* column as_of is timestamp\[us\], a naive time"):
        build(trained, tmp_path / "labels")


def test_a_delimiter_is_told_and_taken(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(
        SpineError, match=r"labels_semicolon\.csv separates its columns by semicolons, .*--delimiter ';'"
    ):
        build(trained, INPUTS / "labels_semicolon.csv")
    plain, _ = told(trained, INPUTS / "labels_plain.parquet")
    given, _ = told(trained, INPUTS / "labels_semicolon.csv", delimiter=";")
    assert given.select(plain.column_names).to_pylist() == plain.to_pylist()
    for delimiter in (";", "\t", "|"):
        path = tmp_path / "labels.csv"
        pa_csv.write_csv(trained.spine().slice(0, 50), path, pa_csv.WriteOptions(delimiter=delimiter))
        assert features_of(trained, build(trained, path, delimiter=delimiter)) == trained.values()[:50]
        with pytest.raises(SpineError, match="--delimiter"):
            build(trained, path)
    with pytest.raises(SpineError, match=r"separates its columns by bars .*, not by semicolons"):
        build(trained, path, delimiter=";")


def test_an_encoding_is_told(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(SpineError, match=r"labels_utf16.csv is written in UTF-16, not in UTF-8; write it in UTF-8"):
        build(trained, INPUTS / "labels_utf16.csv")
    path = tmp_path / "labels.csv"
    pa_csv.write_csv(trained.spine().slice(0, 2).append_column("note", pa.array(["a", "größer"])), path)
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    with pytest.raises(SpineError, match=r"row 2: note is not text in UTF-8; write .* iconv -f WINDOWS-1252"):
        build(trained, path)
    path.write_bytes(path.read_bytes().replace(b"note", b"gr\xf6\xdfe"))
    with pytest.raises(SpineError, match=r"labels.csv: its first line is not text in UTF-8"):
        build(trained, path)


def test_a_mark_quoted_names_and_crlf_do_not_matter(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    pa_csv.write_csv(trained.spine().slice(0, 20), path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    result = build(trained, path)
    assert result.column_names[0] == "account_id"
    assert features_of(trained, result) == trained.values()[:20]


def test_a_quote_that_does_not_end_is_refused(trained: Trained, tmp_path: Path) -> None:
    # Taken as it stands, the file has two rows, and the third is a part of the second's text.
    path = tmp_path / "labels.csv"
    pa_csv.write_csv(trained.spine().slice(0, 3).append_column("note", pa.array(["a", "b", "c"])), path)
    path.write_text(path.read_text(encoding="utf-8").replace('"b"', '"b'), encoding="utf-8")
    with pytest.raises(SpineError, match=r"labels.csv"):
        build(trained, path)


def test_quoted_empty_fields_are_told_and_taken_as_null_if_asked(trained: Trained) -> None:
    plain, _ = told(trained, INPUTS / "labels_plain.parquet")
    as_text, warnings = told(trained, INPUTS / "labels_quote_all.csv")
    assert as_text.column("txn_is_new_device").to_pylist() == [True] * 3
    assert warnings[0] == (
        'labels_quote_all.csv has quoted empty fields ("") in device_id (3), and no unquoted ones, which are null. '
        "They are taken as empty texts. If they are meant as null: --empty-as-null (in Python empty_as_null=True)."
    )
    as_null, others = told(trained, INPUTS / "labels_quote_all.csv", empty_as_null=True)
    assert as_null.select(plain.column_names).to_pylist() == plain.to_pylist()
    assert plain.column("txn_is_new_device").to_pylist() == [None] * 3
    assert others == warnings[1:]


def test_empty_texts_beside_nulls_are_meant(trained: Trained, tmp_path: Path) -> None:
    spine = trained.spine().slice(0, 3)
    names = pa.array(["", None, "x"])
    path = tmp_path / "labels.csv"
    pa_csv.write_csv(spine.append_column("note", names), path)
    assert build(trained, path).column("note").to_pylist() == ["", None, "x"]


def test_options_of_csv_are_for_csv(trained: Trained, tmp_path: Path) -> None:
    spine = trained.spine().slice(0, 1)
    pq.write_table(spine, tmp_path / "labels.parquet")
    for given in (spine, tmp_path / "labels.parquet", str(tmp_path), "public.labels"):
        for options in ({"delimiter": ";"}, {"empty_as_null": True}):
            with pytest.raises(SpineError, match=r"CSV file"):
                build(trained, given, **options)
    with pytest.raises(SettingsError, match=r"delimiter is 'x'. Allowed: ',', ';'"):
        build(trained, tmp_path / "labels.csv", delimiter="x")


def test_the_command_warns_on_stderr(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEPOINT_DSN", trained.dsn)
    monkeypatch.setenv("TRUEPOINT_DBT_PROJECT_DIR", str(trained.settings.dbt_project_dir))
    out = tmp_path / "train.parquet"
    text = (INPUTS / "labels_quote_all.csv").read_text(encoding="utf-8").replace('","', '"\t"')
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    command = ["training-set", "--spine", str(tmp_path / "labels.csv"), "--out", str(out), "--delimiter", "tab"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "truepoint: warning: labels.csv has quoted empty fields" in result.stderr
    assert "truepoint: warning: No account_id of labels.csv is known in the events" in result.stderr
    assert "warning" not in result.stdout
    result = CliRunner().invoke(app, [*command, "--empty-as-null"])
    assert result.exit_code == 0, result.output
    assert "quoted empty fields" not in result.stderr
    assert pq.read_table(out).column("device_id").null_count == 3


@pytest.mark.parametrize(
    ("suffix", "values", "message"),
    [
        (".csv", pa.array([b"\xff", b"a"]), r"CSV cannot hold column extra \(binary\)\. Write \.parquet"),
        (".csv", pa.array([(1, 2, 3), None], pa.month_day_nano_interval()), "CSV cannot hold column extra"),
        (".csv", pa.array([{"a": 1}, None]), r"CSV cannot hold column extra \(struct"),
        (".parquet", pa.array([(1, 2, 3), None], pa.month_day_nano_interval()), "Parquet cannot hold column extra"),
    ],
    ids=["bytes", "an interval in CSV", "a struct", "an interval"],
)
def test_a_column_that_cannot_be_written_is_named(
    trained: Trained, suffix: str, values: pa.Array, message: str, tmp_path: Path
) -> None:
    spine = trained.spine().slice(0, 2).append_column("extra", values)
    with pytest.raises(SpineError, match=message):
        write_training_set(spine, tmp_path / f"train{suffix}", service="card_fraud", settings=trained.settings)
    assert list(tmp_path.iterdir()) == []
