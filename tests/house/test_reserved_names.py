"""Names of columns that the compiler makes are refused for keys, request fields and features: the list is complete."""

import re
from collections.abc import Iterator
from typing import Final

from tests.projects import MACROS, ROOT

SNAPSHOTS: Final = ROOT / "tests" / "compiler" / "snapshots"
# Made of what a definition names: a column, a condition, a window, a view, a place in an order.
MADE: Final = re.compile(
    r"^(found__|since_|until_|upto_|own_|latest_|derived_|ordered_|place_)"
    r"|(^|_)(n|\d+[smhd]|lifetime)(_|$)|_(rank|value|where|max|left|arrived|total|squares)$"
)
NO_COLUMNS: Final = {"decimal", "select", "present"}  # a type, a word, a relation that nothing names


def column_names(sql: str) -> Iterator[str]:
    """Names that a statement gives to columns."""
    sql = re.sub(r"--.*", "", sql)
    sql = re.sub(r"cast\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", "x", sql)
    for found in re.finditer(r"\bas (\w+)(?: \(([^()]*)\))?", sql):
        if found[2] is None:
            yield found[1]
        else:  # a relation, with names for its columns
            yield from re.findall(r"^\s*(\w+)(?: .*)?,?$", found[2], re.MULTILINE)
    for listed in re.findall(r"\) \w+ as ((?:\w+, )*\w+)$", sql, re.MULTILINE):  # Spark's lateral views
        yield from listed.split(", ")


def test_every_column_that_the_compiler_makes_is_reserved() -> None:
    source = (MACROS / "checks" / "names.sql").read_text(encoding="utf-8")
    reserved = set(re.findall(r"'(\w+)'", source))
    definitions = "\n".join(path.read_text("utf-8") for path in (ROOT / "dbt_project" / "models").rglob("*.yml"))
    probe = (ROOT / "tests" / "compiler" / "probe.py").read_text(encoding="utf-8")
    own = set()
    for path in sorted(SNAPSHOTS.rglob("*.sql")):
        sql = path.read_text(encoding="utf-8").split("truepoint-signature")[0]
        relations = set(re.findall(r"\b(\w+)\.", sql)) | set(re.findall(r"\b(?:from|join) (\w+)", sql))
        own |= {name for name in column_names(sql) if name not in relations and not MADE.search(name)}
    own = {name for name in own if not re.search(rf"\b{name}\b", definitions) and f'"{name}"' not in probe}
    assert {"answered_at", "happens_at", "node", "in_order"} <= own
    assert own - NO_COLUMNS <= reserved, sorted(own - NO_COLUMNS - reserved)
