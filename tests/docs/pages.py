"""The documentation as text: pages, tables under a mark, code blocks."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
README: Final = ROOT / "README.md"
DOCS: Final = ROOT / "docs"
PAGES: Final = (README, *sorted(DOCS.glob("*.md")))


def read(name: str) -> str:
    """The text of a page in docs/, by file name."""
    return (DOCS / name).read_text(encoding="utf-8")


def code_words(text: str) -> set[str]:
    """All that stands between single backticks, and the words of fenced blocks."""
    fenced = re.findall(r"^```[^\n]*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    plain = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"`([^`\n]+)`", plain)) | {word for block in fenced for word in block.split()}


def table_after(text: str, mark: str) -> list[dict[str, str]]:
    """The Markdown table that follows `<!-- mark -->`, as rows by column heading, without backticks."""
    _, found, rest = text.partition(f"<!-- {mark} -->\n")
    assert found, f"there is no mark {mark!r}"
    lines = rest[: rest.index("\n\n")].strip().splitlines()
    head, _, *body = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(head, cells, strict=True)) for cells in body]


def block_after(text: str, mark: str) -> str:
    """The fenced code block that follows `<!-- mark -->`."""
    found = re.search(rf"<!-- {re.escape(mark)} -->\n+```[^\n]*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    assert found, f"there is no block after the mark {mark!r}"
    return found.group(1)
