"""Markdown of the reference: cells, tables, words."""

from collections.abc import Iterable, Sequence


def code(text: object) -> str:
    """A word of code that can stand in a table too."""
    return f"`{text}`".replace("|", "\\|")


def one_line(text: str) -> str:
    """Prose that may stand in a table: one line, bars escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
