"""CSV as people have it: read to the last row, or told for what it is."""

import csv
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.truepoint.arrow.inputs import INPUTS
from truepoint.arrow import files
from truepoint.arrow.csv_faults import csv_fault
from truepoint.arrow.files import csv_problem, read_csv_bytes, read_csv_header

WANTED = ("account_id", "merchant_id", "device_id", "amount_minor", "country", "as_of")
LINE = "account_id,merchant_id,device_id,amount_minor,country,as_of,event_id\n"


def rows(path: Path, **options: Any) -> list[dict[str, bytes | None]]:
    names = read_csv_header(path, delimiter=options.get("delimiter", ","))
    table = pa.Table.from_batches(read_csv_bytes(path, names, **options))
    found: list[dict[str, bytes | None]] = table.to_pylist()
    return found


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


FAULTS = {
    "semicolons": (
        LINE.replace(",", ";").encode(),
        "separates its columns by semicolons, not by commas; write it with",
    ),
    "tabs": (LINE.replace(",", "\t").encode(), "separates its columns by tabs"),
    "bars": (LINE.replace(",", "|").encode(), r"separates its columns by bars \(\|\)"),
    "quoted semicolons": ('"' + LINE.strip().replace(",", '";"') + '"\r\n', "separates its columns by semicolons"),
    "a mark and tabs": (b"\xef\xbb\xbf" + LINE.replace(",", "\t").encode(), "by tabs"),
    "a line of Excel": (b"sep=;\r\n" + LINE.replace(",", ";").encode(), "begins with a line that names the delimiter"),
    "UTF-16": (
        LINE.encode("utf-16"),
        "written in UTF-16, not in UTF-8; .* iconv -f UTF-16 -t UTF-8 l.csv > utf8-l.csv",
    ),
    "UTF-16 of the other order": (b"\xfe\xff" + LINE.encode("utf-16-be"), "is written in UTF-16,"),
    "UTF-32": (LINE.encode("utf-32"), "is written in UTF-32, not"),
    "UTF-16 without a mark": (LINE.encode("utf-16-le"), "zero bytes in its first line; .* -f UTF-16LE"),
    "UTF-16BE without a mark": (LINE.encode("utf-16-be"), "zero bytes in its first line; .* -f UTF-16BE"),
    "gzip": (b"\x1f\x8b\x08rest", "is compressed by gzip; unpack it first"),
    "a workbook": (b"PK\x03\x04rest", r"a zip archive or a workbook \(\.xlsx\); save it as CSV in UTF-8"),
    "Parquet": (b"PAR1rest", r"is a Parquet file; let its name end in \.parquet"),
}


@pytest.mark.parametrize(("content", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_no_csv_in_utf8_with_commas_is_told(content: bytes | str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", content if isinstance(content, bytes) else content.encode())
    fault = csv_fault(path, WANTED)
    assert fault is not None
    assert re.search(message, fault), fault


@pytest.mark.parametrize(
    "content",
    [
        LINE.encode(),
        b"\xef\xbb\xbf" + LINE.encode(),
        LINE.replace("\n", "\r\n").encode(),
        b'"account_id","a;b;c;d;e;f;g","as_of"\n',
        b"x;y;z\n",
        b"",
    ],
    ids=["plain", "a mark", "CRLF", "semicolons in a name", "none of the names", "empty"],
)
def test_what_may_be_csv_has_no_fault(content: bytes, tmp_path: Path) -> None:
    assert csv_fault(written(tmp_path / "l.csv", content), WANTED) is None


def test_files_of_others_are_told() -> None:
    assert "--delimiter ';'" in str(csv_fault(INPUTS / "labels_semicolon.csv", WANTED, has_option=True))
    assert csv_fault(INPUTS / "labels_semicolon.csv", WANTED, delimiter=";") is None
    assert "UTF-16" in str(csv_fault(INPUTS / "labels_utf16.csv", WANTED))
    assert csv_fault(INPUTS / "labels_quote_all.csv", WANTED) is None


def test_line_ends_marks_and_quotes_do_not_matter(tmp_path: Path) -> None:
    expected = [{"a": b"1", "b": b"x"}, {"a": b"2", "b": None}]
    for content in (
        b"a,b\n1,x\n2,\n",
        b"a,b\n1,x\n2,",
        b"a,b\r\n1,x\r\n2,\r\n",
        b"a,b\r1,x\r2,\r",
        b'\xef\xbb\xbf"a","b"\r\n"1","x"\r\n"2",\r\n',
        b"a,b\n\n1,x\n\n2,\n\n\n",
    ):
        assert rows(written(tmp_path / "l.csv", content)) == expected, content
    for delimiter in (";", "\t", "|"):
        content = b"a,b\n1,x\n2,\n".replace(b",", delimiter.encode())
        assert rows(written(tmp_path / "l.csv", content), delimiter=delimiter) == expected


def test_quoted_empty_fields_are_texts_or_nulls(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", b'a,b\n"",1\n,2\n')
    assert [row["a"] for row in rows(path)] == [b"", None]
    assert [row["a"] for row in rows(path, empty_as_null=True)] == [None, None]


def test_a_file_without_rows_has_none(tmp_path: Path) -> None:
    for content in (b"a,b", b"a,b\n", b"a,b\r\n\r\n"):
        assert rows(written(tmp_path / "l.csv", content)) == []


@pytest.mark.parametrize(
    "content",
    [b'a,b\n1,x\n2,"y\n3,z\n4,z\n', b'a,b\n1,x\n2,"y', b'a,b\n1,"x\n', b'a,b\n"1,x\n2,y\n', b'a,b\n1,"x""\n2,y\n'],
)
def test_a_quote_that_does_not_end_swallows_no_row(content: bytes, tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", content)
    with pytest.raises(pa.ArrowException) as error:
        rows(path)
    assert "does not end" in csv_problem(error.value) or "fields, the header has" in csv_problem(error.value)


def test_a_quote_within_a_field_is_no_such_quote(tmp_path: Path) -> None:
    path = written(tmp_path / "l.csv", b'a,b\n1,5" pipe\n2,say "hi"\n3,"""\n4"\n')
    assert [row["b"] for row in rows(path)] == [b'5" pipe', b'say "hi"', b'"\n4']


def test_rows_across_blocks_are_all_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CSV_BLOCK_BYTES", 512)
    path = tmp_path / "l.csv"
    given = [{"a": str(number), "b": 'x"\n,' * (number % 20)} for number in range(2_000)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["a", "b"])
        writer.writeheader()
        writer.writerows(given)
    assert [(row["a"] or b"").decode() for row in rows(path)] == [row["a"] for row in given]
    assert [(row["b"] or b"").decode() for row in rows(path)] == [row["b"] for row in given]
    with path.open("a", encoding="utf-8") as file:
        file.write('7,"no end\n' + "8,y\n" * 2_000)
    with pytest.raises(pa.ArrowException) as error:
        rows(path)
    assert "a quoted text does not end, or a row has more than" in csv_problem(error.value)
