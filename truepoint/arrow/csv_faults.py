"""What a file that was given as CSV is instead, told by its first bytes and its first line."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from truepoint.arrow.files import read_csv_header

DELIMITERS: Final[dict[str, str]] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars (|)"}

# The longer marks first: that of UTF-32 begins with that of UTF-16.
_ENCODINGS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_KINDS: Final = (
    (b"PAR1", "is a Parquet file; let its name end in .parquet"),
    (b"\x1f\x8b", "is compressed by gzip; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed by zstd; unpack it first"),
    (b"BZh", "is compressed by bzip2; unpack it first"),
    (b"PK\x03\x04", "is a zip archive or a workbook (.xlsx); save it as CSV in UTF-8"),
    (b"\xd0\xcf\x11\xe0", "is a workbook (.xls); save it as CSV in UTF-8"),
)
_LOOKED_AT: Final = 1 << 16


def csv_fault(path: Path, wanted: Iterable[str], *, delimiter: str = ",", has_option: bool = False) -> str | None:
    """Why the file is no CSV in UTF-8 with this delimiter, and what to do; None where nothing speaks against it.

    wanted: names that its first line should have; another delimiter is named where it gives more of them.
    has_option: whether the caller takes a delimiter. Raises OSError, csv.Error.
    """
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    for mark, encoding in _ENCODINGS:
        if head.startswith(mark):
            return _not_utf8(path, encoding)
    for mark, fault in _KINDS:
        if head.startswith(mark):
            return fault
    first = re.split(rb"[\r\n]", head, maxsplit=1)[0]
    if b"\0" in first:
        order = "UTF-16BE" if first.startswith(b"\0") else "UTF-16LE"
        return f"holds zero bytes in its first line; {_not_utf8(path, order)}"
    if re.fullmatch(rb"(\xef\xbb\xbf)?sep=.", first):
        return "begins with a line that names the delimiter; leave it out: the first line must name the columns"
    return _other_delimiter(path, set(wanted), delimiter, has_option)


def _not_utf8(path: Path, encoding: str) -> str:
    return (
        f"is written in {encoding}, not in UTF-8; write it in UTF-8, for example: "
        f"iconv -f {encoding} -t UTF-8 {path.name} > utf8-{path.name}"
    )


def _other_delimiter(path: Path, wanted: set[str], delimiter: str, has_option: bool) -> str | None:
    found = {each: len(wanted.intersection(_names(path, each))) for each in DELIMITERS}
    best = max(found, key=lambda each: found[each])
    if found[best] <= found.get(delimiter, 0):
        return None
    given = DELIMITERS.get(delimiter, delimiter)
    shown = "tab" if best == "\t" else best
    remedy = f"say so: --delimiter '{shown}' (in Python delimiter={best!r})" if has_option else "write it with commas"
    return f"separates its columns by {DELIMITERS[best]}, not by {given}; {remedy}"


def _names(path: Path, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in read_csv_header(path, delimiter=delimiter)]
    except csv.Error:
        return []
