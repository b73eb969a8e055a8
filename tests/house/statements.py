"""What the house asks of the form of a compiled statement, so that one can read it at 3 a.m."""

import re
from collections.abc import Iterator
from typing import Final

LONGEST_LINE: Final = 160
_KINDS: Final = "service|training statement of service|feature view|derived view|training table of service"
_FIRST_LINE: Final = re.compile(rf"-- truepoint: (?:{_KINDS}) \w+, version [0-9a-f]{{32}}")
_SIGNATURE: Final = re.compile(r"\n-- truepoint-\w*-?signature: .*", re.DOTALL)
_WITH: Final = re.compile(r"( *)with(?: recursive)?")
_CTE: Final = re.compile(r"( *)(\w+) as (?:(?:not )?materialized )?\(")
_LATERAL: Final = re.compile(r" *(?:cross|left) join lateral \(")


def faults(sql: str) -> list[str]:
    """What is wrong with the form of a statement: a sentence for each fault."""
    lines = _SIGNATURE.sub("", sql).strip("\n").split("\n")
    found = [] if _FIRST_LINE.fullmatch(lines[0]) else [f"the first line says not what it is: {lines[0]}"]
    found += [f"line {n} has {len(line)} characters" for n, line in enumerate(lines, 1) if len(line) > LONGEST_LINE]
    found += [
        f"line {n} is ill set"
        for n, line in enumerate(lines, 1)
        if line != line.rstrip() or "\t" in line or (line == "" and lines[n : n + 1] == [""])
    ]
    found += [
        f"nothing says what the lateral in line {n} does"
        for n, line in enumerate(lines, 1)
        if _LATERAL.fullmatch(line) and lines[n].strip() != "values" and not lines[n - 2].strip().startswith("-- ")
    ]
    for place, line in enumerate(lines):
        if _WITH.fullmatch(line):
            found += _faults_of_ctes(_statement(lines, place))
    return found


def _statement(lines: list[str], place: int) -> list[str]:
    """The lines from a `with` on, without its margin, up to where the margin ends."""
    margin = len(lines[place]) - len(lines[place].lstrip())
    own = []
    for line in lines[place:]:
        if line and line[:margin].strip():
            break
        own.append(line[margin:])
    return own


def _faults_of_ctes(lines: list[str]) -> Iterator[str]:
    starts = [n for n, line in enumerate(lines) if (cte := _CTE.fullmatch(line)) and not cte[1]]
    if not starts:
        yield "a with that no common table expression follows"
    for start in starts:
        name = lines[start].split()[0]
        if not lines[start - 1].startswith("-- "):
            yield f"nothing says what {name} does"
        end = next(n for n in range(start, len(lines)) if lines[n].startswith(")"))
        if not re.search(rf"\b(?:from|join)\s+{name}\b", "\n".join(lines[end:])):
            yield f"nothing reads {name}"
